"""What derives from the specification: schemas, dbt files, dictionary, templates.

Pure functions from the catalogue to objects or text; writing files belongs to `schemas/__main__.py`.
"""
