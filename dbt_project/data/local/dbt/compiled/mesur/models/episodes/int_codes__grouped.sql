-- grain: one row per code list and code; its published group, or null where the group is not in the group's own list
with

code_list_values as (
    select * from "warehouse"."main"."code_list_values"
),

newest as (
    select
        code_list,
        code,
        group_code,
        row_number() over (
            partition by code_list, code
            order by case when jurisdiction = 'england' then 1 else 0 end, valid_from desc nulls last, sort
        ) as age_rank
    from code_list_values
),

int_codes__grouped as (
    select
        newest.code_list,
        newest.code,
        held.code as group_code
    from newest
    left join newest as held
        on
            held.code_list = newest.code_list || '_group'
            and newest.group_code = held.code
            and held.age_rank = 1
    where newest.age_rank = 1
)

select * from int_codes__grouped