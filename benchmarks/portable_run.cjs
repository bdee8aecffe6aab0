// Runs the scripts of portable_rules.py in DuckDB-WASM under node, and compares the faults. See portable_rules.py.
const fs = require("fs");
const path = require("path");
const duckdb = require("@duckdb/duckdb-wasm/blocking");

async function main() {
  const dist = path.dirname(require.resolve("@duckdb/duckdb-wasm"));
  const bundle = (kind) => ({ mainModule: path.join(dist, `duckdb-${kind}.wasm`) });
  const db = await duckdb.createDuckDB(
    { mvp: bundle("mvp"), eh: bundle("eh") }, new duckdb.VoidLogger(), duckdb.NODE_RUNTIME);
  await db.instantiate(() => {});
  let wrong = 0, n = 0;
  for (const pack of JSON.parse(fs.readFileSync(process.argv[2], "utf-8"))) {
    db.reset();
    const con = db.connect();
    const broken = [];
    for (const statement of pack.statements) {
      try { con.query(statement); } catch (error) { broken.push(`${error.message} in: ${statement}`.slice(0, 200)); }
    }
    const rows = con.query(pack.query).toArray().map((r) => [r.code, r.table_id, Number(r.row_id)]);
    const same = JSON.stringify(rows) === JSON.stringify(pack.faults);
    const version = con.query("select version() as v").toArray()[0].v;
    if (broken.length || !same || pack.rules > 1) {
      console.log(`duckdb-wasm ${version}, ${pack.pack}: ${pack.rules} rules, ${rows.length} faults, ` +
        `${broken.length} broken, ${same ? "the same" : "DIFFERENT"}`);
      broken.slice(0, 5).forEach((b) => console.log(b));
    }
    wrong += broken.length || !same ? 1 : 0;
    n += 1;
    con.close();
  }
  console.log(`${n} scripts, ${wrong} wrong`);
  process.exit(wrong ? 1 : 0);
}

main();
