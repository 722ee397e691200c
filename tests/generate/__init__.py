"""
Everything that is generated: written by `make generate`, compared by `make drift`.

The sources are the models in `tocsin.api`, the tables beside them and the chart's
templates; nothing that stands here may be edited by hand in its generated form.
"""
