-- grain: one row per area (authority, region, Wales) and authority that belongs to it
with

authorities as (
    select * from "warehouse"."main"."authorities"
),

areas as (
    select * from "warehouse"."main"."areas"
),

int_areas__members as (
    select
        areas.area_type,
        areas.area_code,
        authorities.authority_code
    from authorities
    inner join areas
        on
            authorities.authority_code = areas.area_code
            or authorities.region_code = areas.area_code
            or areas.area_type = 'wales'
)

select * from int_areas__members