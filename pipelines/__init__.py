"""The rooms of Mesur, from received bytes to a published edition.

The specification (`schemas`) and the SQL of the warehouse (`dbt_project`) do not belong here.
"""
