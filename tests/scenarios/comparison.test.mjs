// Several counties in one database, and a city above them: plans side by side, each by its county's own values; what a
// county has stays with its own accounts, and the city looks without writing.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { askUntil, attempt, followup, newId, parseLines, wholeList } from "../support/county.mjs";
import { databases, logIn, password, root, run, sql, startServer, temporaryFolder } from "../support/server.mjs";

const BOLUO = "441322";
const QINYANG = "410882";
const CITY = "996600";
const PLAN = "grassroots_2023";
const inside = (place) => ({ headers: { "catchment-place": place } });
const make = (options) => ["demo", ...options, "--packs", join(root, "packs"), "--residents", "1000", "--seed", "3", "--places", `${BOLUO},${QINYANG}`];
const passwordFile = () => {
  const file = join(temporaryFolder(), "word");
  writeFileSync(file, password);
  return file;
};

for (const [name, makeDatabase] of databases) {
  describe(`counties of a city on ${name}`, () => {
    let server, options, city, boluo, qinyang, doctor, other;
    before(async () => {
      options = makeDatabase();
      run(...make(options));
      /* what the server would count in its first minutes; measures of organisations are counted together */
      for (const place of [BOLUO, QINYANG]) for (const measure of ["public_clinic_share", "hypertension_managed_rate"]) run("measure", "--place", place, "--period", "2025", "--measure", measure, ...options);
      server = await startServer(options);
      [city, boluo, qinyang, doctor, other] = await Promise.all(["city", "county", "qinyang-county", "doctor", "qinyang-doctor"].map((login) => logIn(server, login)));
    });
    after(() => server?.stop());

    it("each account lives in its own place, and the login page tells of all of them", async () => {
      const place = async (client) => (await client.fetch("/api/session")).body.place.code;
      assert.deepEqual(await Promise.all([city, boluo, qinyang, doctor, other].map(place)), [CITY, BOLUO, QINYANG, BOLUO, QINYANG]);
      const { accounts } = (await (await fetch(`${server.url}/api/demo`)).json());
      assert.deepEqual([...new Set(accounts.map((account) => account.place.zh))], ["示范市", "博罗县", "沁阳市"]);
      assert.equal(accounts[0].login, "city");
    });

    it("a county's own plan is its own, and its numbers are those that it has said", async () => {
      const own = async (client) => (await client.fetch("/api/plans")).body.items.filter(({ place, is_elsewhere: isElsewhere }) => place && !isElsewhere).map(({ id }) => id);
      assert.deepEqual([await own(boluo), await own(qinyang)], [["public_health_quality"], [PLAN]]);
      const { rows, places } = (await city.fetch(`/api/comparison?plan=${PLAN}`)).body;
      assert.deepEqual(places.map(({ code }) => code), [QINYANG, BOLUO]);
      const first = (await city.fetch("/api/comparison")).body;
      assert.equal(first.plan, first.plans[0].id, "who names no plan gets the first");
      const share = rows.filter(({ by, id }) => by === "measure" && id === "public_clinic_share");
      assert.ok(share.length > 0);
      for (const { cells } of share) assert.deepEqual(cells.map(({ target }) => target), [60, 80]);
    });

    it("what is said side by side is what each county says of itself, by page and by command", async () => {
      /* the server counts meanwhile: what is compared was read between two equal answers */
      const compare = async () => (await city.fetch(`/api/comparison?plan=${PLAN}`)).body;
      const readAll = async () => {
        const lines = parseLines(attempt("plan", "compare", "--place", CITY, "--plan", PLAN, ...options).out); // waits until all is counted
        await new Promise((resolve) => setImmediate(resolve)); // connections that the server has closed meanwhile are noticed
        assert.deepEqual(lines.filter(({ clause }) => !clause).map(({ is_complete: is }) => is), [true, true]);
        const said = lines.filter(({ clause }) => clause);
        const first = await compare();
        const own = await Promise.all([qinyang, boluo].map(async (client) => (await client.fetch(`/api/plans/${PLAN}`)).body));
        return { first, own, said, last: await compare() };
      };
      const { first: { rows, places }, own, said, last } = await askUntil(readAll, (read) => isDeepStrictEqual(read.first, read.last), 20_000);
      assert.deepEqual(last.places, places);
      assert.equal(said.length, rows.length);
      for (const [at, { states, sections }] of own.entries()) {
        assert.deepEqual(places[at].states, states);
        assert.equal(places[at].held, states.met + states.on_track);
        assert.equal(places[at].judged, places[at].held + states.at_risk + states.behind);
        const answers = sections.flatMap((section) => section.clauses).flatMap((clause) => clause.answers.map((answer) => ({ ...answer, clause: clause.id })));
        for (const [i, row] of rows.entries()) {
          const answer = answers.find((one) => one.clause === row.clause && one.by === row.by && one.id === row.id);
          assert.deepEqual([row.cells[at].state, row.cells[at].reason, row.cells[at].why, row.cells[at].value], [answer.state, answer.reason, answer.why, answer.by === "measure" ? answer.value : answer.number], row.id);
          assert.equal(said[i].places[places[at].code].state, answer.state);
        }
      }
    });

    it("shares are ranked the way their target asks, equal ones share a rank, counts are not ranked", async () => {
      const { rows, places } = (await city.fetch(`/api/comparison?plan=${PLAN}`)).body;
      const measured = rows.filter(({ by, cells }) => by === "measure" && cells.every(({ value }) => value !== undefined));
      assert.ok(measured.some(({ cells }) => cells.some(({ rank }) => rank === 2)));
      for (const { id, unit, compare, cells } of measured) {
        if (unit !== "%") continue;
        const [a, b] = cells;
        if (compare !== "at_least") continue;
        assert.deepEqual([a.rank, b.rank], a.value === b.value ? [1, 1] : a.value > b.value ? [1, 2] : [2, 1], id);
      }
      for (const { cells } of rows.filter(({ id }) => id === "clinics_built")) assert.ok(cells.every(({ rank }) => rank === undefined));
      const [first, second] = places;
      const better = first.held * second.judged - second.held * first.judged;
      assert.deepEqual([first.rank, second.rank], better === 0 ? [1, 1] : better > 0 ? [1, 2] : [2, 1]);
    });

    it("the city looks into a county like its commission: numbers and rows without identity, no persons, nothing written", async () => {
      for (const [place, client] of [[BOLUO, boluo], [QINYANG, qinyang]]) {
        const asked = "/api/overview";
        assert.deepEqual((await city.fetch(asked, inside(place))).body, (await client.fetch(asked)).body);
        const { areas } = (await city.fetch(asked, inside(place))).body;
        assert.ok(areas.length > 0 && areas.every(({ code }) => code.startsWith(place)));
      }
      const list = await city.fetch("/api/measures/hypertension_managed_rate/cases", inside(BOLUO));
      assert.equal(list.status, 200, list.text);
      assert.ok(list.body.cases.length > 0);
      for (const { resident } of list.body.cases) assert.ok(!resident.id && !resident.name, JSON.stringify(resident));
      assert.equal((await city.fetch("/api/residents?name=a", inside(BOLUO))).status, 403);
      const change = { parameter: "public_clinic_share", value: "1", source: "x" };
      assert.equal((await city.fetch("/api/policy", { method: "POST", body: change, ...inside(BOLUO) })).status, 403);
      assert.equal((await city.fetch("/api/session", inside(BOLUO))).body.place.code, CITY, "what is his own stays at home");
    });

    it("an auditor of the city reads the city's audit, and no county's", async () => {
      const { facility } = (await city.fetch("/api/session")).body.account;
      const { code, err } = attempt("user", "add", "--place", CITY, ...options, "--packs", join(root, "packs"), "--login", "city-auditor", "--name", "某人", "--role", "auditor", "--facility", facility.code, "--password-file", passwordFile());
      assert.equal(code, 0, err);
      const auditor = await logIn(server, "city-auditor");
      assert.equal((await auditor.fetch("/api/audit")).status, 200);
      const { status, body } = await auditor.fetch("/api/audit", inside(BOLUO));
      assert.deepEqual([status, body.problems[0].code], [403, "PLACE_NOT_BELOW"]);
    });

    it("nothing of one county opens to the other's accounts, whatever they name", async () => {
      for (const [client, place] of [[boluo, QINYANG], [qinyang, BOLUO], [doctor, QINYANG], [other, BOLUO], [city, "110101"]]) {
        const { status, body } = await client.fetch("/api/areas", inside(place));
        assert.equal(status, 403);
        assert.equal(body.problems[0].code, "PLACE_NOT_BELOW");
      }
      for (const client of [boluo, qinyang, doctor]) assert.equal((await client.fetch(`/api/comparison?plan=${PLAN}`)).status, 403);
      const [own, theirs] = await Promise.all([wholeList(doctor), wholeList(other)]);
      const subjects = (items) => new Set(items.map(({ resident }) => resident.id));
      assert.ok(own.length > 0 && theirs.length > 0);
      assert.deepEqual([...subjects(own)].filter((id) => subjects(theirs).has(id)), []);
      const stranger = theirs[0].resident.id;
      assert.equal((await other.fetch(`/api/residents/${stranger}`)).status, 200);
      const asked = await doctor.fetch(`/api/residents/${stranger}`);
      const nobody = await doctor.fetch(`/api/residents/${newId()}`);
      assert.deepEqual([asked.status, asked.body.code], [nobody.status, nobody.body.code]);
      assert.equal((await doctor.fetch("/api/records", { method: "POST", body: followup(stranger) })).status, 404);
      for (const [client, place] of [[boluo, BOLUO], [qinyang, QINYANG]]) {
        for (const list of ["areas", "facilities"]) {
          const items = (await client.fetch(`/api/${list}`)).body[list];
          assert.ok(items.length > 300 && items.every(({ code }) => code.startsWith(place)), list);
        }
      }
    });

    it("the county's audit says that somebody of the city looked, and each chain is whole", async () => {
      assert.equal((await city.fetch("/api/obligations?limit=1", inside(QINYANG))).status, 200);
      const { id } = (await city.fetch("/api/session")).body.account;
      const admin = await logIn(server, "qinyang-admin");
      const seen = ({ body }) => body.items?.some(({ detail }) => detail?.includes(`[${CITY} city]`));
      const audit = await askUntil(() => admin.fetch(`/api/audit?from=2025-06-30&account=${id}`), seen);
      assert.ok(seen(audit), JSON.stringify(audit.body).slice(0, 400));
      for (const place of [BOLUO, QINYANG, CITY]) assert.equal(attempt("audit", "verify", "--place", place, ...options).code, 0);
      const { code, out, err } = attempt("doctor", ...options);
      assert.equal(code, 0, err);
      const places = new Set(parseLines(out).map(({ place }) => place).filter(Boolean));
      for (const place of [BOLUO, QINYANG, CITY]) assert.ok(places.has(place), place);
    });

    it("a place is put above others of the database by command, and above none that is not there; they go on living in their own day", async () => {
      const init = (place, members) => attempt("init", ...options, "--packs", join(root, "packs"), "--place", place, "--name", "乙市", "--members", members);
      assert.notEqual(init("996700", `${BOLUO},110101`).code, 0);
      assert.match(init("996700", `${BOLUO},110101`).err, /110101/);
      const { code, err } = init("996700", BOLUO);
      assert.equal(code, 0, err);
      const places = parseLines(attempt("plan", "compare", "--place", "996700", "--plan", PLAN, ...options).out).filter(({ place }) => place);
      assert.deepEqual(places.map(({ place }) => place), [BOLUO]);
      assert.equal(await sql(options, `SELECT setting_value FROM place_setting WHERE place = '${BOLUO}' AND setting_key = 'measures.day'`), "2025-06-30");
    });

    it("made again it is there; with others it is refused; a place that is none is named", () => {
      assert.match(attempt(...make(options)).err, /there already/);
      const { code, err } = attempt("demo", ...options, "--packs", join(root, "packs"), "--residents", "1000", "--seed", "4", "--places", `${BOLUO},${QINYANG}`);
      assert.notEqual(code, 0);
      assert.match(err, /seed 3.*seed 4|seed 3/s);
      assert.match(attempt("demo", ...options, "--packs", join(root, "packs"), "--places", "123456").err, /123456/);
    });
  });
}
