"""Typed tables of made-up children at any size, written straight by DuckDB, for timing what comes after `typed`.

Realism does not belong here (see `pipelines/synthetic`): only row counts, key shapes and the usual number of rows per
child are like the real returns.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from schemas import Catalogue, load
from schemas.derive import arrow

CHILDREN = """
select
    a.authority_code,
    md5(a.authority_code || '-' || n) as child_id,
    date '2016-04-01' + cast(hash(n, a.sort, 1) % 3200 as integer) - 400 as care_start,
    cast(60 + hash(n, a.sort, 2) % 2500 as integer) as care_days,
    date '2016-04-01' + cast(hash(n, a.sort, 1) % 3200 as integer) - 400
        - cast(hash(n, a.sort, 3) % 5500 as integer) as birth_date,
    hash(n, a.sort, 4) as luck
from authorities as a, range({n}) as made(n)
"""

EPISODES = """
select
    c.authority_code, c.child_id, c.birth_date, c.luck, k.n as episode_number, c.care_days,
    c.care_start + cast(k.n * c.care_days / e.n as integer) as episode_start_date,
    c.care_start + cast((k.n + 1) * c.care_days / e.n as integer) as episode_end_date,
    k.n + 1 = e.n as is_last
from children as c, lateral (select 1 + cast(c.luck % 3 as integer) as n) as e, range(4) as k(n)
where k.n < e.n
"""

EPISODE_ROWS = """
select
    '{submission}' as submission_id,
    cast(row_number() over (order by e.child_id, e.episode_start_date) as integer) as row_number,
    'lac_census' as return_id, e.authority_code, '{period}' as period_id, e.child_id, e.episode_start_date,
    case when e.episode_number = 0 then 'S' else ['L', 'P', 'B'][1 + cast(e.luck % 3 as integer)] end
        as start_reason_code,
    ['C1', 'C2', 'V2', 'C2', 'E1'][1 + cast((e.luck + e.episode_number) % 5 as integer)] as legal_status_code,
    'N' || (1 + e.luck % 6) as need_code,
    ['F1', 'F2', 'F3', 'F4', 'H1', 'P1', 'A5', 'F6'][1 + cast((e.luck // 7 + e.episode_number) % 8 as integer)]
        as placement_code,
    'PR1' as provider_code,
    case when e.episode_end_date <= date '{last}' then e.episode_end_date end as episode_end_date,
    case when e.episode_end_date <= date '{last}' then
        case when e.is_last then ['E4', 'E11', 'E8'][1 + cast(e.luck % 3 as integer)] else 'X1' end
    end as end_reason_code,
    cast(null as varchar) as placement_change_reason_code,
    e.authority_code as placement_authority_code,
    cast(1 + e.luck % 3 as varchar) as placement_location_code,
    cast(null as varchar) as placement_urn
from episodes as e
where e.authority_code = '{authority}'
    and e.episode_start_date <= date '{last}' and e.episode_end_date >= date '{first}'
"""

CHILD_ROWS = """
select
    '{submission}' as submission_id, cast(row_number() over (order by c.child_id) as integer) as row_number,
    'lac_census' as return_id, c.authority_code, '{period}' as period_id, c.child_id,
    cast(null as varchar) as upn_id, cast(null as varchar) as upn_unknown_code,
    ['1', '2'][1 + cast(c.luck % 2 as integer)] as sex_code, c.birth_date, 'WBRI' as ethnicity_code,
    cast(null as varchar) as mother_code, cast(null as date) as mother_child_birth_date
from children as c
where c.child_id in (
    select child_id from episodes
    where authority_code = '{authority}' and episode_start_date <= date '{last}' and episode_end_date >= date '{first}'
)
"""


def write(data: Path, children_per_authority: int, years: int = 8) -> dict[str, int]:
    """Fill a data folder: 22 authorities x years of census; how many submissions, children and episode rows."""
    catalogue = load()
    con = duckdb.connect()
    con.execute("create table authorities (authority_code varchar, sort integer)")
    con.executemany("insert into authorities values (?, ?)", [(a, n) for n, a in enumerate(catalogue.authorities)])
    con.execute("create table children as " + CHILDREN.format(n=children_per_authority))
    con.execute("create table episodes as " + EPISODES)
    ledger, n_rows = [], 0
    for year in range(2016, 2016 + years):
        for authority in catalogue.authorities:
            ledger.append(_submission(con, data, catalogue, (authority, year)))
            n_rows += ledger[-1].pop("rows")
    pq.write_table(pa.Table.from_pylist(ledger), data / "ledger.parquet")
    return {"submissions": len(ledger), "children": 22 * children_per_authority, "episode_rows": n_rows}


def _submission(
    con: duckdb.DuckDBPyConnection, data: Path, catalogue: Catalogue, which: tuple[str, int]
) -> dict[str, object]:
    authority, year = which
    period = f"{year}-{(year + 1) % 100:02d}"
    words = {
        "submission": f"{authority}-{period}",
        "authority": authority,
        "period": period,
        "first": f"{year}-04-01",
        "last": f"{year + 1}-03-31",
    }
    n_rows = 0
    for table, rows in (("episode", EPISODE_ROWS), ("child", CHILD_ROWS)):
        path = data / "typed" / "lac_census" / table / f"period={period}" / f"authority={authority}" / "made.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        columns = ", ".join(arrow.typed_schema(catalogue, table).names)
        con.execute(f"copy (select {columns} from ({rows.format(**words)})) to '{path}' (format parquet)")
        n_rows = max(n_rows, pq.read_metadata(path).num_rows)
    return {
        "submission_id": words["submission"],
        "return_id": "lac_census",
        "authority_code": authority,
        "period_id": period,
        "status": "accepted",
        "rows": n_rows,
    }
