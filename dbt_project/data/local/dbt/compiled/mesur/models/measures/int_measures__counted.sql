-- grain: one row per measure, authority, period, breakdown and category that has rows in the fact of the measure
with

registry as (
    select distinct
        measure_id,
        fact_id,
        breakdown_id
    from "warehouse"."main"."int_measures__registry"
),

fct_adoption as (
    select * from "warehouse"."main"."fct_adoption"
),

-- one scan for every measure and breakdown of the fact
fct_adoption_grouped as (
    select
        period_id,
        authority_code,
        case
        when grouping(sex_group_code) = 0 then 'sex'
        when grouping(age_band_code) = 0 then 'age_band'
        else 'total'
    end as breakdown_id,
        coalesce(sex_group_code, age_band_code, 'T') as breakdown_code,
        count(*) filter (where is_adoption) as a0,
        count(*) filter (where is_adoption and is_by_foster_carer) as a1,
        sum(days_decision_to_match) filter (where is_adoption and has_decision_and_match and days_decision_to_match is not null) as a2,
        count(*) filter (where is_adoption and has_decision_and_match and days_decision_to_match is not null) as a3
    from fct_adoption
    group by grouping sets (
        (period_id, authority_code),
        (period_id, authority_code, sex_group_code),
        (period_id, authority_code, age_band_code)
    )
),

fct_adoption_measures as (
    select
        registry.measure_id,
        grouped.period_id,
        grouped.authority_code,
        grouped.breakdown_id,
        grouped.breakdown_code,
        cast(
            case registry.measure_id
                when 'ADOPTION_RECORDS' then grouped.a0
                when 'ADOPTION_BY_FOSTER_CARER' then grouped.a1
                when 'ADOPTION_DAYS_DECISION_TO_MATCH' then grouped.a2
                else null
            end as bigint
        ) as numerator,
        cast(
            case registry.measure_id
                when 'ADOPTION_DAYS_DECISION_TO_MATCH' then grouped.a3
                else null
            end as bigint
        ) as denominator,
        cast(
            case registry.measure_id
                when 'ADOPTION_RECORDS' then grouped.a0
                when 'ADOPTION_BY_FOSTER_CARER' then grouped.a1
                when 'ADOPTION_DAYS_DECISION_TO_MATCH' then grouped.a3
                else null
            end as bigint
        ) as contributors
    from fct_adoption_grouped as grouped
    inner join registry on registry.fact_id = 'fct_adoption' and grouped.breakdown_id = registry.breakdown_id
),

fct_care_start as (
    select * from "warehouse"."main"."fct_care_start"
),

-- one scan for every measure and breakdown of the fact
fct_care_start_grouped as (
    select
        period_id,
        authority_code,
        case
        when grouping(sex_group_code) = 0 then 'sex'
        when grouping(age_band_code) = 0 then 'age_band'
        when grouping(ethnicity_group_code) = 0 then 'ethnicity'
        when grouping(need_group_code) = 0 then 'need'
        when grouping(legal_status_group_code) = 0 then 'legal_status'
        when grouping(placement_group_code) = 0 then 'placement'
        else 'total'
    end as breakdown_id,
        coalesce(sex_group_code, age_band_code, ethnicity_group_code, need_group_code, legal_status_group_code, placement_group_code, 'T') as breakdown_code,
        count(*) filter (where is_care_start) as a0,
        count(*) filter (where is_care_start and is_need_abuse_or_neglect) as a1,
        count(*) filter (where is_care_start and is_return_to_care) as a2
    from fct_care_start
    group by grouping sets (
        (period_id, authority_code),
        (period_id, authority_code, sex_group_code),
        (period_id, authority_code, age_band_code),
        (period_id, authority_code, ethnicity_group_code),
        (period_id, authority_code, need_group_code),
        (period_id, authority_code, legal_status_group_code),
        (period_id, authority_code, placement_group_code)
    )
),

fct_care_start_measures as (
    select
        registry.measure_id,
        grouped.period_id,
        grouped.authority_code,
        grouped.breakdown_id,
        grouped.breakdown_code,
        cast(
            case registry.measure_id
                when 'CLA_STARTS' then grouped.a0
                when 'CLA_STARTS_ABUSE_PC' then grouped.a1
                when 'CLA_STARTS_AGAIN' then grouped.a2
                else null
            end as bigint
        ) as numerator,
        cast(
            case registry.measure_id
                when 'CLA_STARTS_ABUSE_PC' then grouped.a0
                else null
            end as bigint
        ) as denominator,
        cast(
            case registry.measure_id
                when 'CLA_STARTS' then grouped.a0
                when 'CLA_STARTS_ABUSE_PC' then grouped.a1
                when 'CLA_STARTS_AGAIN' then grouped.a2
                else null
            end as bigint
        ) as contributors
    from fct_care_start_grouped as grouped
    inner join registry on registry.fact_id = 'fct_care_start' and grouped.breakdown_id = registry.breakdown_id
),

fct_care_end as (
    select * from "warehouse"."main"."fct_care_end"
),

-- one scan for every measure and breakdown of the fact
fct_care_end_grouped as (
    select
        period_id,
        authority_code,
        case
        when grouping(sex_group_code) = 0 then 'sex'
        when grouping(age_band_code) = 0 then 'age_band'
        when grouping(ethnicity_group_code) = 0 then 'ethnicity'
        when grouping(end_reason_group_code) = 0 then 'end_reason'
        else 'total'
    end as breakdown_id,
        coalesce(sex_group_code, age_band_code, ethnicity_group_code, end_reason_group_code, 'T') as breakdown_code,
        count(*) filter (where is_care_end) as a0,
        count(*) filter (where is_care_end and is_adopted) as a1,
        count(*) filter (where is_care_end and is_returned_home) as a2,
        count(*) filter (where is_care_end and is_special_guardianship) as a3,
        count(*) filter (where is_care_end and is_when_i_am_ready) as a4,
        count(*) filter (where is_care_end and is_aged_16_or_over) as a5,
        sum(days_in_care) filter (where is_care_end and days_in_care is not null) as a6,
        count(*) filter (where is_care_end and days_in_care is not null) as a7
    from fct_care_end
    group by grouping sets (
        (period_id, authority_code),
        (period_id, authority_code, sex_group_code),
        (period_id, authority_code, age_band_code),
        (period_id, authority_code, ethnicity_group_code),
        (period_id, authority_code, end_reason_group_code)
    )
),

fct_care_end_measures as (
    select
        registry.measure_id,
        grouped.period_id,
        grouped.authority_code,
        grouped.breakdown_id,
        grouped.breakdown_code,
        cast(
            case registry.measure_id
                when 'CLA_ENDS' then grouped.a0
                when 'CLA_ADOPTED' then grouped.a1
                when 'CLA_RETURNED_HOME' then grouped.a2
                when 'CLA_SGO' then grouped.a3
                when 'CLA_WHEN_I_AM_READY' then grouped.a4
                when 'CLA_ENDS_16_PLUS' then grouped.a5
                when 'CLA_MEAN_DAYS_TO_END' then grouped.a6
                else null
            end as bigint
        ) as numerator,
        cast(
            case registry.measure_id
                when 'CLA_MEAN_DAYS_TO_END' then grouped.a7
                else null
            end as bigint
        ) as denominator,
        cast(
            case registry.measure_id
                when 'CLA_ENDS' then grouped.a0
                when 'CLA_ADOPTED' then grouped.a1
                when 'CLA_RETURNED_HOME' then grouped.a2
                when 'CLA_SGO' then grouped.a3
                when 'CLA_WHEN_I_AM_READY' then grouped.a4
                when 'CLA_ENDS_16_PLUS' then grouped.a5
                when 'CLA_MEAN_DAYS_TO_END' then grouped.a7
                else null
            end as bigint
        ) as contributors
    from fct_care_end_grouped as grouped
    inner join registry on registry.fact_id = 'fct_care_end' and grouped.breakdown_id = registry.breakdown_id
),

fct_child_period as (
    select * from "warehouse"."main"."fct_child_period"
),

-- one scan for every measure and breakdown of the fact
fct_child_period_grouped as (
    select
        period_id,
        authority_code,
        case
        when grouping(sex_group_code) = 0 then 'sex'
        when grouping(age_band_code) = 0 then 'age_band'
        when grouping(ethnicity_group_code) = 0 then 'ethnicity'
        when grouping(need_group_code) = 0 then 'need'
        when grouping(legal_status_group_code) = 0 then 'legal_status'
        when grouping(placement_group_code) = 0 then 'placement'
        when grouping(placement_location_code) = 0 then 'location'
        when grouping(foster_type_code) = 0 then 'foster_type'
        else 'total'
    end as breakdown_id,
        coalesce(sex_group_code, age_band_code, ethnicity_group_code, need_group_code, legal_status_group_code, placement_group_code, placement_location_code, foster_type_code, 'T') as breakdown_code,
        count(*) filter (where is_looked_after_in_period and has_returned_home) as a0,
        count(*) filter (where is_looked_after_in_period) as a1,
        count(*) filter (where is_looked_after_at_period_end and is_under_care_order) as a2,
        count(*) filter (where is_looked_after_at_period_end) as a3,
        count(*) filter (where is_looked_after_at_period_end and is_under_full_care_order) as a4,
        count(*) filter (where is_looked_after_at_period_end and is_under_interim_care_order) as a5,
        count(*) filter (where is_looked_after_at_period_end and is_voluntarily_accommodated) as a6,
        count(*) filter (where is_looked_after_at_period_end and is_placed_inside_authority) as a7,
        count(*) filter (where is_looked_after_at_period_end and is_placed_elsewhere_in_wales) as a8,
        count(*) filter (where is_looked_after_at_period_end and is_placed_outside_wales) as a9,
        count(*) filter (where is_looked_after_at_period_end and is_placed_in_neighbouring_authority) as a10,
        count(*) filter (where is_looked_after_at_period_end and is_in_foster_care) as a11,
        count(*) filter (where is_looked_after_at_period_end and is_in_kinship_foster_care) as a12,
        count(*) filter (where is_looked_after_at_period_end and is_in_agency_foster_care) as a13,
        count(*) filter (where is_looked_after_at_period_end and is_in_foster_care_inside_authority) as a14,
        count(*) filter (where is_looked_after_at_period_end and is_placed_with_parents) as a15,
        count(*) filter (where is_looked_after_at_period_end and is_in_residential_care) as a16,
        count(*) filter (where is_looked_after_at_period_end and is_placed_for_adoption) as a17,
        count(*) filter (where is_looked_after_at_period_end and is_not_with_family) as a18,
        count(*) filter (where is_looked_after_at_period_end and has_three_or_more_placements) as a19,
        count(*) filter (where is_short_break_at_period_end) as a20,
        count(*) filter (where is_looked_after_at_period_end and is_unaccompanied) as a21,
        sum(days_in_care_at_period_end) filter (where is_looked_after_at_period_end and days_in_care_at_period_end is not null) as a22,
        count(*) filter (where is_looked_after_at_period_end and days_in_care_at_period_end is not null) as a23
    from fct_child_period
    group by grouping sets (
        (period_id, authority_code),
        (period_id, authority_code, sex_group_code),
        (period_id, authority_code, age_band_code),
        (period_id, authority_code, ethnicity_group_code),
        (period_id, authority_code, need_group_code),
        (period_id, authority_code, legal_status_group_code),
        (period_id, authority_code, placement_group_code),
        (period_id, authority_code, placement_location_code),
        (period_id, authority_code, foster_type_code)
    )
),

fct_child_period_measures as (
    select
        registry.measure_id,
        grouped.period_id,
        grouped.authority_code,
        grouped.breakdown_id,
        grouped.breakdown_code,
        cast(
            case registry.measure_id
                when 'CLA_RETURNED_HOME_PC' then grouped.a0
                when 'CLA_CARE_ORDER' then grouped.a2
                when 'CLA_CARE_ORDER_PC' then grouped.a2
                when 'CLA_FULL_CARE_ORDER' then grouped.a4
                when 'CLA_FULL_CARE_ORDER_PC' then grouped.a4
                when 'CLA_INTERIM_CARE_ORDER' then grouped.a5
                when 'CLA_INTERIM_CARE_ORDER_PC' then grouped.a5
                when 'CLA_VOLUNTARY' then grouped.a6
                when 'CLA_VOLUNTARY_PC' then grouped.a6
                when 'CLA_INSIDE_AUTHORITY' then grouped.a7
                when 'CLA_INSIDE_AUTHORITY_PC' then grouped.a7
                when 'CLA_OUT_OF_COUNTY' then grouped.a8
                when 'CLA_OUT_OF_COUNTY_PC' then grouped.a8
                when 'CLA_OUTSIDE_WALES' then grouped.a9
                when 'CLA_OUTSIDE_WALES_PC' then grouped.a9
                when 'CLA_NEIGHBOUR' then grouped.a10
                when 'CLA_NEIGHBOUR_PC' then grouped.a10
                when 'CLA_FOSTER' then grouped.a11
                when 'CLA_FOSTER_PC' then grouped.a11
                when 'CLA_KINSHIP' then grouped.a12
                when 'CLA_KINSHIP_PC' then grouped.a12
                when 'CLA_AGENCY_FOSTER' then grouped.a13
                when 'CLA_AGENCY_FOSTER_PC' then grouped.a13
                when 'CLA_FOSTER_INSIDE' then grouped.a14
                when 'CLA_FOSTER_INSIDE_PC' then grouped.a14
                when 'CLA_PARENTS' then grouped.a15
                when 'CLA_PARENTS_PC' then grouped.a15
                when 'CLA_RESIDENTIAL' then grouped.a16
                when 'CLA_RESIDENTIAL_PC' then grouped.a16
                when 'CLA_PLACED_FOR_ADOPTION' then grouped.a17
                when 'CLA_PLACED_FOR_ADOPTION_PC' then grouped.a17
                when 'CLA_NOT_WITH_FAMILY' then grouped.a18
                when 'CLA_NOT_WITH_FAMILY_PC' then grouped.a18
                when 'CLA_THREE_PLACEMENTS' then grouped.a19
                when 'CLA_THREE_PLACEMENTS_PC' then grouped.a19
                when 'CLA_STOCK' then grouped.a3
                when 'CLA_RATE' then grouped.a3
                when 'CLA_IN_PERIOD' then grouped.a1
                when 'CLA_SHORT_BREAKS' then grouped.a20
                when 'CLA_UNACCOMPANIED' then grouped.a21
                when 'CLA_MEAN_DAYS_IN_CARE' then grouped.a22
                when 'CLA_MEDIAN_DAYS_IN_CARE' then grouped.a23
                else null
            end as bigint
        ) as numerator,
        cast(
            case registry.measure_id
                when 'CLA_RETURNED_HOME_PC' then grouped.a1
                when 'CLA_CARE_ORDER_PC' then grouped.a3
                when 'CLA_FULL_CARE_ORDER_PC' then grouped.a3
                when 'CLA_INTERIM_CARE_ORDER_PC' then grouped.a3
                when 'CLA_VOLUNTARY_PC' then grouped.a3
                when 'CLA_INSIDE_AUTHORITY_PC' then grouped.a3
                when 'CLA_OUT_OF_COUNTY_PC' then grouped.a3
                when 'CLA_OUTSIDE_WALES_PC' then grouped.a3
                when 'CLA_NEIGHBOUR_PC' then grouped.a3
                when 'CLA_FOSTER_PC' then grouped.a3
                when 'CLA_KINSHIP_PC' then grouped.a3
                when 'CLA_AGENCY_FOSTER_PC' then grouped.a3
                when 'CLA_FOSTER_INSIDE_PC' then grouped.a3
                when 'CLA_PARENTS_PC' then grouped.a3
                when 'CLA_RESIDENTIAL_PC' then grouped.a3
                when 'CLA_PLACED_FOR_ADOPTION_PC' then grouped.a3
                when 'CLA_NOT_WITH_FAMILY_PC' then grouped.a3
                when 'CLA_THREE_PLACEMENTS_PC' then grouped.a3
                when 'CLA_MEAN_DAYS_IN_CARE' then grouped.a23
                when 'CLA_MEDIAN_DAYS_IN_CARE' then grouped.a23
                else null
            end as bigint
        ) as denominator,
        cast(
            case registry.measure_id
                when 'CLA_RETURNED_HOME_PC' then grouped.a0
                when 'CLA_CARE_ORDER' then grouped.a2
                when 'CLA_CARE_ORDER_PC' then grouped.a2
                when 'CLA_FULL_CARE_ORDER' then grouped.a4
                when 'CLA_FULL_CARE_ORDER_PC' then grouped.a4
                when 'CLA_INTERIM_CARE_ORDER' then grouped.a5
                when 'CLA_INTERIM_CARE_ORDER_PC' then grouped.a5
                when 'CLA_VOLUNTARY' then grouped.a6
                when 'CLA_VOLUNTARY_PC' then grouped.a6
                when 'CLA_INSIDE_AUTHORITY' then grouped.a7
                when 'CLA_INSIDE_AUTHORITY_PC' then grouped.a7
                when 'CLA_OUT_OF_COUNTY' then grouped.a8
                when 'CLA_OUT_OF_COUNTY_PC' then grouped.a8
                when 'CLA_OUTSIDE_WALES' then grouped.a9
                when 'CLA_OUTSIDE_WALES_PC' then grouped.a9
                when 'CLA_NEIGHBOUR' then grouped.a10
                when 'CLA_NEIGHBOUR_PC' then grouped.a10
                when 'CLA_FOSTER' then grouped.a11
                when 'CLA_FOSTER_PC' then grouped.a11
                when 'CLA_KINSHIP' then grouped.a12
                when 'CLA_KINSHIP_PC' then grouped.a12
                when 'CLA_AGENCY_FOSTER' then grouped.a13
                when 'CLA_AGENCY_FOSTER_PC' then grouped.a13
                when 'CLA_FOSTER_INSIDE' then grouped.a14
                when 'CLA_FOSTER_INSIDE_PC' then grouped.a14
                when 'CLA_PARENTS' then grouped.a15
                when 'CLA_PARENTS_PC' then grouped.a15
                when 'CLA_RESIDENTIAL' then grouped.a16
                when 'CLA_RESIDENTIAL_PC' then grouped.a16
                when 'CLA_PLACED_FOR_ADOPTION' then grouped.a17
                when 'CLA_PLACED_FOR_ADOPTION_PC' then grouped.a17
                when 'CLA_NOT_WITH_FAMILY' then grouped.a18
                when 'CLA_NOT_WITH_FAMILY_PC' then grouped.a18
                when 'CLA_THREE_PLACEMENTS' then grouped.a19
                when 'CLA_THREE_PLACEMENTS_PC' then grouped.a19
                when 'CLA_STOCK' then grouped.a3
                when 'CLA_RATE' then grouped.a3
                when 'CLA_IN_PERIOD' then grouped.a1
                when 'CLA_SHORT_BREAKS' then grouped.a20
                when 'CLA_UNACCOMPANIED' then grouped.a21
                when 'CLA_MEAN_DAYS_IN_CARE' then grouped.a23
                when 'CLA_MEDIAN_DAYS_IN_CARE' then grouped.a23
                else null
            end as bigint
        ) as contributors
    from fct_child_period_grouped as grouped
    inner join registry on registry.fact_id = 'fct_child_period' and grouped.breakdown_id = registry.breakdown_id
),

fct_review as (
    select * from "warehouse"."main"."fct_review"
),

-- one scan for every measure and breakdown of the fact
fct_review_grouped as (
    select
        period_id,
        authority_code,
        'total' as breakdown_id,
        coalesce('T') as breakdown_code,
        count(*) filter (where is_review) as a0,
        count(distinct child_id) filter (where is_review) as a1,
        count(*) filter (where is_review and is_aged_four_or_over and has_child_taken_part) as a2,
        count(*) filter (where is_review and is_aged_four_or_over) as a3,
        count(distinct child_id) filter (where is_review and is_aged_four_or_over and has_child_taken_part) as a4
    from fct_review
    group by grouping sets (
        (period_id, authority_code)
    )
),

fct_review_measures as (
    select
        registry.measure_id,
        grouped.period_id,
        grouped.authority_code,
        grouped.breakdown_id,
        grouped.breakdown_code,
        cast(
            case registry.measure_id
                when 'REVIEWS_HELD' then grouped.a0
                when 'REVIEWS_CHILD_TOOK_PART_PC' then grouped.a2
                else null
            end as bigint
        ) as numerator,
        cast(
            case registry.measure_id
                when 'REVIEWS_CHILD_TOOK_PART_PC' then grouped.a3
                else null
            end as bigint
        ) as denominator,
        cast(
            case registry.measure_id
                when 'REVIEWS_HELD' then grouped.a1
                when 'REVIEWS_CHILD_TOOK_PART_PC' then grouped.a4
                else null
            end as bigint
        ) as contributors
    from fct_review_grouped as grouped
    inner join registry on registry.fact_id = 'fct_review' and grouped.breakdown_id = registry.breakdown_id
),

fct_care_leaver as (
    select * from "warehouse"."main"."fct_care_leaver"
),

-- one scan for every measure and breakdown of the fact
fct_care_leaver_grouped as (
    select
        period_id,
        authority_code,
        case
        when grouping(sex_group_code) = 0 then 'sex'
        else 'total'
    end as breakdown_id,
        coalesce(sex_group_code, 'T') as breakdown_code,
        count(*) filter (where is_care_leaver) as a0,
        count(*) filter (where is_care_leaver and is_in_education_employment_or_training) as a1,
        count(*) filter (where is_care_leaver and is_in_suitable_accommodation) as a2
    from fct_care_leaver
    group by grouping sets (
        (period_id, authority_code),
        (period_id, authority_code, sex_group_code)
    )
),

fct_care_leaver_measures as (
    select
        registry.measure_id,
        grouped.period_id,
        grouped.authority_code,
        grouped.breakdown_id,
        grouped.breakdown_code,
        cast(
            case registry.measure_id
                when 'CARE_LEAVERS' then grouped.a0
                when 'CARE_LEAVERS_EET_PC' then grouped.a1
                when 'CARE_LEAVERS_SUITABLE_PC' then grouped.a2
                else null
            end as bigint
        ) as numerator,
        cast(
            case registry.measure_id
                when 'CARE_LEAVERS_EET_PC' then grouped.a0
                when 'CARE_LEAVERS_SUITABLE_PC' then grouped.a0
                else null
            end as bigint
        ) as denominator,
        cast(
            case registry.measure_id
                when 'CARE_LEAVERS' then grouped.a0
                when 'CARE_LEAVERS_EET_PC' then grouped.a1
                when 'CARE_LEAVERS_SUITABLE_PC' then grouped.a2
                else null
            end as bigint
        ) as contributors
    from fct_care_leaver_grouped as grouped
    inner join registry on registry.fact_id = 'fct_care_leaver' and grouped.breakdown_id = registry.breakdown_id
),

int_measures__counted as (
    select * from fct_adoption_measures
    union all
    select * from fct_care_start_measures
    union all
    select * from fct_care_end_measures
    union all
    select * from fct_child_period_measures
    union all
    select * from fct_review_measures
    union all
    select * from fct_care_leaver_measures
)

select * from int_measures__counted