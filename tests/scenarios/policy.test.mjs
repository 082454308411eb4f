// Parameters by place and date over HTTP and on the command line.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { attempt, followup, lines, submit, wholeList } from "../support/county.mjs";
import { databases, logIn, makeCounty, run, startServer } from "../support/server.mjs";

const target = "hypertension_sbp_target";
const said = (parameter, more = {}) => ({ parameter, value: "130", from: "2025-07-01", source: "县卫健〔2025〕7号 第二条", ...more });
const post = (client, body) => client.fetch("/api/policy", { method: "POST", body });

for (const [name, makeDatabase] of databases) {
  describe(`parameters of a county on ${name}`, () => {
    let options, server, county, doctor, person;
    before(async () => {
      options = makeCounty(makeDatabase);
      server = await startServer(options);
      [county, doctor] = await Promise.all(["county", "doctor"].map((login) => logIn(server, login)));
      const rows = await wholeList(doctor, { query: "&program=hypertension" });
      person = rows.find(({ resident }) => resident.birth_date > "1962-01-01").resident.id;
    });
    after(() => server?.stop());
    const parameter = async (id, on = "") => (await county.fetch(`/api/policy${on && `?on=${on}`}`)).body.parameters.find((one) => one.id === id);

    it("refuses what the parameter cannot be, a day that has begun, and who may not", async () => {
      for (const [body, status, where] of [
        [said(target, { value: "high" }), 422, "/value"],
        [said(target, { value: "13.5" }), 422, "/value"],
        [said(target, { value: "10" }), 422, "/value"],
        [said("in_county_visit_share", { value: "101" }), 422, "/value"],
        [said("in_county_visit_share", { value: "-5" }), 422, "/value"],
        [said("community_centre_population_least", { value: "-1" }), 422, "/value"],
        [said(target, { from: "1 July" }), 422, "/from"],
        [said(target, { unit: "kPa" }), 422, "/unit"],
        [said(target, { from: "2025-06-30" }), 422, "/from"],
        [said(target, { source: " " }), 422, "/source"],
        [said("hypertension_target"), 404, "/parameter"],
      ]) {
        const answer = await post(county, body);
        assert.equal(answer.status, status, answer.text);
        assert.equal(answer.body.problems[0].where, where);
      }
      assert.deepEqual([(await parameter("in_county_visit_share")).range, (await parameter("community_centre_population_least")).range], [[0, 100], [0]]);
      const refused = attempt("policy", "set", ...options, "--parameter", "in_county_visit_share", "--value", "-5", "--source", "x", "--lang", "zh");
      assert.ok(refused.code !== 0 && /0 到 100/.test(refused.err), refused.err);
      assert.equal((await post(doctor, said(target))).status, 403);
      assert.deepEqual((await parameter(target)).history, []);
    });

    it("tells where a parameter stands and what a place may say", async () => {
      const { uses, range, pack_title, is_fixed } = await parameter(target);
      assert.ok(uses.some(({ kind, id }) => kind === "form" && id === "hypertension_followup"));
      assert.ok(uses.every(({ kind, title }) => ["rule", "form", "measure", "clause"].includes(kind) && title.zh));
      assert.ok(range[0] < 140 && range[1] > 140 && pack_title.zh.length > 0 && !is_fixed);
      assert.deepEqual([(await parameter(target)).confidence, (await parameter("few_below")).confidence], ["sure", "check"], "what no document says is for the county to confirm");
      assert.equal(lines("policy list", options).find((row) => row.parameter === "few_below").confidence, "check");
      assert.ok((await parameter("score_hypertension_norm_target")).uses.some(({ kind, id }) => kind === "score" && id === "public_health_work"));
      assert.ok((await parameter("hypertension_visits_a_year")).uses.some(({ kind, id }) => kind === "measure" && id === "hypertension_norm_rate"));
    });

    it("SYS-73: a threshold changed in one county's profile changes that county's checks only and keeps the old value with its date", async () => {
      const asked = { sbp: 135, class: "1" };
      const inJune = followup(person, asked);
      assert.equal((await submit(doctor, inJune)).status, 201);
      run("init", ...options, "--packs", "packs", "--place", "441399", "--name", "另一县");
      assert.ok([200, 204].includes((await post(county, said(target))).status));

      await server.stop();
      server = await startServer(options, "--on", "2025-07-01", "--place", "441322");
      [county, doctor] = await Promise.all(["county", "doctor"].map((login) => logIn(server, login)));
      const inJuly = await submit(doctor, followup(person, asked, { happened_on: "2025-07-01" }));
      assert.equal(inJuly.status, 422, inJuly.text);
      assert.ok(inJuly.body.problems.some(({ confirm }) => confirm === "class_consistent"), inJuly.text);
      const amended = await submit(doctor, followup(person, asked, { amends: inJune.id, reason: "录入有误" }));
      assert.equal(amended.status, 201, amended.text);

      const now = await parameter(target);
      assert.equal(now.value, "130");
      assert.equal(now.since, "2025-07-01");
      assert.equal(now.source.zh, "县卫健〔2025〕7号 第二条");
      assert.deepEqual(now.values, [{ from: null, until: "2025-06-30", value: "140" }, { from: "2025-07-01", until: null, value: "130" }]);
      assert.equal((await parameter(target, "2025-06-29")).value, "140");
      assert.ok(now.history[0].set_by.length > 0);

      const place = (code) => lines("policy list", [...options, "--place", code, "--on", "2025-07-01"]).find((row) => row.parameter === target).value;
      assert.equal(place("441322"), "130");
      assert.equal(place("441399"), "140");
    });

    it("sends the browser every value with its day", async () => {
      const { body } = await doctor.fetch("/api/forms/hypertension_followup");
      assert.ok(body.wire.includes(`parameter\t${target}\tinteger\t\t140\nparameter\t${target}\tinteger\t2025-07-01\t130\n`));
    });

    it("ends a value from a day on, over the command line", () => {
      const place = [...options, "--packs", "packs", "--place", "441322"];
      assert.equal(attempt("policy", "set", ...place, "--parameter", target, "--value", "125", "--from", "2025-08-01", "--source", "x").code, 0);
      assert.equal(attempt("policy", "end", ...place, "--parameter", target, "--from", "2025-09-01", "--source", "x").code, 0);
      const history = lines("policy history", [...options, "--place", "441322"], "--parameter", target);
      assert.deepEqual(history.map(({ from, value }) => [from, value]), [["2025-07-01", "130"], ["2025-08-01", "125"], ["2025-09-01", null]]);
      assert.notEqual(attempt("policy", "set", ...place, "--parameter", target, "--value", "125", "--from", "2025-06-30", "--source", "x").code, 0);
    });
  });
}
