module tocsin.dev/programs/mkcerts

go 1.26.0
