{#- Concepts of the field that are a set of codes rather than a published grouping; each names its source.
    Groupings that are published (legal status group, placement group ...) are code lists, and groups that rules share
    stand in schemas/spec/rule_terms.yml: neither belongs here. -#}

{#- Start reasons under which the child stays with the same carer: legal status only (L), placement with the same
    carer (T), both with the same carer (U). GH-903 rule 143; T and U are English only. -#}
{% macro same_carer_reasons() -%}
    ('L', 'T', 'U')
{%- endmacro %}

{#- Start reasons that say the carer changed (P), alone or with the legal status (B). GH-903 rule 143. -#}
{% macro changed_carer_reasons() -%}
    ('P', 'B')
{%- endmacro %}

{#- Foster placement by carer and provider (code list foster_type, SC-FOST). The Welsh codes are the types; the
    English U codes say kin or not, and the location and the provider supply the rest (domain.md 3: U and F codes
    are not one-to-one, so this direction only). -#}
{% macro foster_type(placement_code, location_code, provider_code) -%}
    case
        when {{ placement_code }} in ('F1', 'F2', 'F3', 'F4', 'F5', 'F6') then {{ placement_code }}
        when {{ placement_code }} in ('U1', 'U2', 'U3') and {{ location_code }} = '1' then 'F1'
        when {{ placement_code }} in ('U1', 'U2', 'U3') then 'F4'
        when {{ placement_code }} in ('U4', 'U5', 'U6') and {{ location_code }} = '1' and {{ provider_code }} = 'PR1'
            then 'F2'
        when {{ placement_code }} in ('U4', 'U5', 'U6') and {{ location_code }} = '1' then 'F3'
        when {{ placement_code }} in ('U4', 'U5', 'U6') and {{ provider_code }} = 'PR1' then 'F5'
        when {{ placement_code }} in ('U4', 'U5', 'U6') then 'F6'
        else 'NOT_FOSTER'
    end
{%- endmacro %}
