{#- Dates, written once for every engine: DuckDB and Spark spell these differently.
    Whatever is not a matter of dates does not belong here. -#}

{#- A day so late that an open end sorts after every real one. -#}
{% macro far_future() -%}
    cast('9999-12-31' as date)
{%- endmacro %}

{#- A date moved by whole days. -#}
{% macro add_days(day, n) -%}
    cast({{ dbt.dateadd('day', n, day) }} as date)
{%- endmacro %}

{#- Whole days from one date to a later one. -#}
{% macro days_between(first, last) -%}
    {{ dbt.datediff(first, last, 'day') }}
{%- endmacro %}

{#- The nth birthday. A child born on 29 February comes of age on 1 March in a common year. -#}
{% macro birthday(birth_date, n) -%}
    cast(
        case
            when extract(day from {{ dbt.dateadd('year', n, birth_date) }}) < extract(day from {{ birth_date }})
                then {{ dbt.dateadd('day', 1, dbt.dateadd('year', n, birth_date)) }}
            else {{ dbt.dateadd('year', n, birth_date) }}
        end as date
    )
{%- endmacro %}

{#- Age in completed years on a day; null where the date of birth is not known. -#}
{% macro age_on(birth_date, day) -%}
    cast(
        extract(year from {{ day }}) - extract(year from {{ birth_date }})
        - case
            when
                extract(month from {{ day }}) * 100 + extract(day from {{ day }})
                < extract(month from {{ birth_date }}) * 100 + extract(day from {{ birth_date }})
                then 1
            else 0
        end as integer
    )
{%- endmacro %}

{#- Published age band (code list age_band) of an age in years; an age that cannot be is unknown. -#}
{% macro age_band(age) -%}
    case
        when {{ age }} is null or {{ age }} < 0 then 'UNKNOWN'
        when {{ age }} < 1 then '0000'
        when {{ age }} < 5 then '0104'
        when {{ age }} < 10 then '0509'
        when {{ age }} < 16 then '1015'
        when {{ age }} < 18 then '1617'
        else '1899'
    end
{%- endmacro %}
