"""
PromQL and Go templates, judged without Prometheus: text in, a verdict out.

`guard` bounds a text before any parser sees it, `parse` judges an expression,
`templates` judges a Go template as Prometheus or Alertmanager would read it, and
`placeholders` turns the short form of free text into such a template.

Everything here is a pure function of its arguments. Bad input is not an error:
it comes back as a value with a sentence that names the place and the remedy.

Only `parse` and `regexes` load the native parsers. They must run in the limited
child process of `tocsin.adapters.promql_worker`; the other modules cost nothing
to import and are safe anywhere. Nothing here imports pydantic, so that the child
stays small.
"""
