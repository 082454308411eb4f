// Letting others see a person for a time, over HTTP: given by whoever has the person in his own areas, of the kinds that
// his role gives, ended again, and written down; never passed on by who sees the person by a relation only.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { askUntil, attempt, daysAfter, lines, newId, ownAccount, wholeList } from "../support/county.mjs";
import { Client, databases, logIn, makeCounty, root, startServer, temporaryFolder } from "../support/server.mjs";

const today = "2025-06-30";

for (const [name, makeDatabase] of databases) {
  describe(`relations over HTTP on ${name}`, () => {
    let server, options, clinician, person, far, away, source;
    before(async () => {
      options = makeCounty(makeDatabase, { residents: 2000 });
      server = await startServer(options);
      clinician = await logIn(server, "clinician");
      person = (await wholeList(clinician)).find(({ last }) => last).resident.id;
      const centre = (await clinician.fetch("/api/session")).body.account.facility.code;
      const admin = await logIn(server, "admin");
      far = (await admin.fetch("/api/facilities")).body.facilities.find(({ kind, code }) => /^(township|central)_centre$/.test(kind) && code !== centre).code;
      away = await newcomer(admin, "away.nurse", "physician");
      source = newId();
    });
    after(() => server?.stop());

    /** Somebody at the other township, with a password of his own. */
    async function newcomer(admin, login, role) {
      const { body } = await admin.fetch("/api/accounts", { method: "POST", body: { login, name: "外院医生", role, facility: far } });
      const client = new Client(server);
      assert.equal((await client.logIn(login, body.password)).status, 200);
      assert.equal((await client.fetch("/api/session/password", { method: "POST", body: { password: body.password, new_password: `${login} has its own` } })).status, 204);
      return Object.assign(client, { id: body.id });
    }

    const post = (client, path, body) => client.fetch(`/api/residents/${person}/relations${path}`, { method: "POST", body });
    const give = (client, more) => post(client, "", { source, kind: "referral", facility: far, until: daysAfter(today, 30), ...more });
    const sees = async (client) => (await client.fetch(`/api/residents/${person}`)).status === 200;
    const held = async () => (await clinician.fetch(`/api/residents/${person}/relations`)).body.items.filter((item) => item.source === source);

    it("opens a person to a facility from its day, and tells who else sees the person", async () => {
      assert.equal(await sees(away), false);
      const given = await give(clinician);
      assert.deepEqual([given.status, given.body], [200, { source }], given.text);
      assert.equal(await sees(away), true);
      const [item] = await held();
      assert.deepEqual([item.kind, item.facility, item.from, item.until, item.account, item.class], ["referral", far, today, daysAfter(today, 30), null, null]);
      assert.ok(item.facility_name);
      assert.equal((await give(clinician)).status, 200, "the same again");
      assert.equal((await held()).length, 1);
    });

    it("is not passed on by who sees the person by a relation only, and tells him nothing more", async () => {
      const nobody = await away.fetch(`/api/residents/${newId()}/relations`, { method: "POST", body: { source: newId(), kind: "referral", facility: far, until: today } });
      for (const answer of [await give(away, { source: newId(), until: daysAfter(today, 300) }), await post(away, `/${source}/end`, {})]) {
        assert.equal(answer.status, 404, answer.text);
        assert.deepEqual(answer.body.problems, nobody.body.problems);
      }
      assert.equal((await held()).length, 1);
    });

    it("refuses kinds that the role does not give, classes that it does not see, holders that are not there, and too long a time", async () => {
      for (const [more, status, code] of [
        [{ kind: "sample" }, 403, "RELATION_GIVEN"],
        [{ kind: "treating" }, 403, "RELATION_GIVEN"],
        [{ kind: "self" }, 403, "RELATION_GIVEN"],
        [{ kind: "emergency" }, 422, "FIELD_TYPE"],
        [{ class: "hiv" }, 403, "RELATION_CLASS"],
        [{ facility: "nowhere" }, 422, "FACILITY_UNKNOWN"],
        [{ account: away.id }, 422, "RELATION_HOLDER"],
        [{ facility: undefined }, 422, "RELATION_HOLDER"],
        [{ until: daysAfter(today, 366) }, 422, "RELATION_LONG"],
        [{ from: daysAfter(today, -1) }, 422, "RELATION_LONG"],
        [{ until: daysAfter(today, -1) }, 422, "RELATION_ENDS"],
        [{ until: undefined }, 422, "FIELD_TYPE"],
        [{ source: undefined }, 422, "FIELD_REQUIRED"],
      ]) {
        const answer = await give(clinician, { source: newId(), ...more });
        assert.deepEqual([answer.status, answer.body.problems[0].code], [status, code], `${JSON.stringify(more)} ${answer.text}`);
      }
      assert.equal((await give(await logIn(server, "doctor"))).status, 403);
      assert.equal((await give(await logIn(server, "director"))).status, 403);
    });

    it("ends at once, or on a day, and only by who could give it", async () => {
      assert.equal((await post(clinician, `/${newId()}/end`, {})).status, 404);
      assert.equal((await post(clinician, `/${source}/end`, { last_day: daysAfter(today, 3) })).status, 204);
      assert.equal((await held())[0].until, daysAfter(today, 3));
      assert.equal(await sees(away), true);
      assert.equal((await post(clinician, `/${source}/end`, {})).status, 204);
      assert.equal(await sees(away), false);
      assert.equal((await post(clinician, `/${source}/end`, {})).status, 404);
    });

    it("gives it to one account alone, which may be of a family doctor team and sees nobody else", async () => {
      const admin = await logIn(server, "admin");
      const [member, other] = [await newcomer(admin, "team.one", "contract_team_member"), await newcomer(admin, "team.two", "contract_team_member")];
      assert.equal((await give(clinician, { source: newId(), kind: "contract", facility: undefined, account: member.id })).status, 200);
      assert.deepEqual([await sees(member), await sees(other)], [true, false]);
      const { resident } = (await member.fetch(`/api/residents/${person}`)).body;
      const found = (await member.fetch(`/api/residents?q=${encodeURIComponent(resident.name)}`)).body.items;
      assert.deepEqual(found.map(({ id }) => id), [person]);
      assert.equal((await member.fetch("/api/obligations")).status, 403);
    });

    describe("of residents to themselves", () => {
      let own, adult, child, other, parent;
      const page = (client, id, more = "") => client.fetch(`/api/residents/${id}${more}`);
      const numberOf = async (id) => (await clinician.fetch(`/api/residents/${id}/reveal`, { method: "POST", body: { reason: "居民现场申请开设账号" } })).body.id_number;
      before(async () => {
        const list = await wholeList(clinician);
        const ages = new Map(list.map(({ resident }) => [resident.id, resident]));
        const of = (test) => [...ages.values()].filter(test).map(({ id }) => id);
        [adult, other] = of(({ age, id }) => age >= 18 && id !== person);
        [child] = of(({ age }) => age < 10);
        own = await ownAccount(server, clinician, adult);
      });

      it("shows a resident what he is owed, his records and who looked, and nobody else's", async () => {
        assert.deepEqual((await own.fetch("/api/own")).body.items.map(({ id, kind, until }) => [id, kind, until]), [[adult, "self", "9999-12-31"]]);
        const [mine, theirs] = [await page(own, adult), await page(clinician, adult)];
        assert.equal(mine.status, 200, mine.text);
        assert.deepEqual(mine.body.obligations, theirs.body.obligations);
        assert.deepEqual(mine.body.records, theirs.body.records.filter(({ form }) => mine.body.records.some((record) => record.form === form)));
        assert.ok(mine.body.records.length > 0 && mine.body.resident.id_number_masked.includes("*"));
        assert.equal((await own.fetch(`/api/records/${mine.body.records[0].id}`)).status, 200);
        const logins = ({ body }) => new Set(body.items.filter(({ action }) => action === "resident.open").map(({ login }) => login));
        // Reads are written within a second; what is asked until then must not fill the list that is looked at.
        const [admin, { body: { account } }] = [await logIn(server, "admin"), await own.fetch("/api/session")];
        await askUntil(() => admin.fetch(`/api/audit?account=${account.id}`), ({ text }) => text.includes("resident.open"));
        assert.deepEqual([...logins(await page(own, adult, "/audit"))].sort(), ["clinician", own.slip.login]);
        const { household } = (await page(clinician, adult)).body.resident;
        assert.deepEqual((await own.fetch(`/api/households/${household}`)).body.members.map((member) => member.person.id), [adult], "of his household himself alone");
        const { body: session } = await clinician.fetch("/api/session");
        assert.equal((await own.fetch(`/api/subjects/facility/${session.account.facility.code}`)).status, 403);
        const theirRecord = (await page(clinician, other)).body.records[0].id;
        for (const path of [`/api/residents/${other}`, `/api/residents/${other}/audit`, `/api/records/${theirRecord}`, `/api/residents/${other}/records`]) assert.equal((await own.fetch(path)).status, 404, path);
        for (const path of ["/api/obligations", "/api/overview", "/api/residents?q=1", "/api/staff", "/api/accounts", "/api/forms/hypertension_followup/records"]) assert.equal((await own.fetch(path)).status, 403, path);
        assert.equal((await own.fetch("/api/records", { method: "POST", body: { id: newId(), form: "hypertension_followup", subject: adult, happened_on: today, answers: {} } })).status, 403);
      });

      it("keeps nothing of the person in the account, and gives one account once", async () => {
        const admin = await logIn(server, "admin");
        const { name } = (await page(own, adult)).body.resident;
        const account = (await own.fetch("/api/session")).body.account;
        assert.deepEqual([account.name, account.role], [own.slip.login, "resident"]);
        assert.equal(own.slip.name, name);
        const again = await clinician.fetch(`/api/residents/${adult}/account`, { method: "POST", body: {} });
        assert.deepEqual([again.status, again.body.problems[0].code], [409, "RESIDENT_HAS_ACCOUNT"]);
        assert.ok(again.text.includes(own.slip.login));
        assert.ok((await admin.fetch(`/api/audit?person=${adult}`)).body.items.some(({ action, detail }) => action === "relation.grant" && detail.startsWith("self @")));
      });

      it("gives a minor to a guardian until the day before the birthday, and an adult to nobody else", async () => {
        const refused = async (id, body) => (await clinician.fetch(`/api/residents/${id}/account`, { method: "POST", body })).body.problems[0].code;
        assert.equal(await refused(child, {}), "RESIDENT_IS_MINOR");
        assert.equal(await refused(other, { guardian: "某某" }), "RESIDENT_IS_ADULT");
        for (const login of ["nobody", "clinician"]) assert.equal(await refused(child, { guardian_login: login }), "GUARDIAN_LOGIN");
        parent = await ownAccount(server, clinician, child, { guardian: "某父" });
        assert.equal(parent.slip.name, "某父");
        const same = await clinician.fetch(`/api/residents/${child}/account`, { method: "POST", body: { guardian_login: own.slip.login } });
        assert.deepEqual([same.status, same.body.password], [200, null]);
        const { birth_date: born } = (await page(clinician, child)).body.resident;
        const items = (await own.fetch("/api/own")).body.items;
        assert.deepEqual(items.map(({ id, kind }) => [id, kind]), [[adult, "self"], [child, "guardian"]]);
        assert.equal(daysAfter(items[1].until, 1), `${Number(born.slice(0, 4)) + 18}${born.slice(4)}`);
        assert.deepEqual([(await page(own, child)).status, (await page(parent, child)).status, (await page(parent, adult)).status], [200, 200, 404]);
      });

      it("ends it through who made it, and another township makes none", async () => {
        const { items } = (await clinician.fetch(`/api/residents/${child}/relations`)).body;
        const { source } = items.find(({ kind, account_name }) => kind === "guardian" && account_name === own.slip.login);
        assert.equal((await clinician.fetch(`/api/residents/${child}/relations/${source}/end`, { method: "POST", body: {} })).status, 204);
        assert.deepEqual([(await page(own, child)).status, (await page(parent, child)).status], [404, 200]);
        const none = await away.fetch(`/api/residents/${newId()}/account`, { method: "POST", body: {} });
        const answer = await away.fetch(`/api/residents/${adult}/account`, { method: "POST", body: {} });
        assert.deepEqual([answer.status, answer.body.problems], [404, none.body.problems]);
        for (const login of ["doctor", "director", "county"]) assert.equal((await (await logIn(server, login)).fetch(`/api/residents/${adult}/account`, { method: "POST", body: {} })).status, 403, login);
      });

      it("stays the person's through a merge: listed, no second one, ended at the person", async () => {
        const area = (await wholeList(clinician))[0].resident.area;
        const register = async (called) => {
          const body = { id: newId(), area, sex: "2", birth_date: "1961-05-06", name: called };
          const answer = await clinician.fetch("/api/residents", { method: "POST", body });
          assert.equal(answer.status, 201, answer.text);
          return answer.body.id;
        };
        const [kept, entry] = [await register("并测试"), await register("并侧试")];
        const account = await ownAccount(server, clinician, entry);
        const merged = await clinician.fetch(`/api/residents/${entry}/merge`, { method: "POST", body: { into: kept, reason: "重复建档" } });
        assert.equal(merged.status, 200, merged.text);
        assert.equal((await page(account, kept)).status, 200);
        const selfs = async () => (await page(clinician, kept, "/relations")).body.items.filter(({ kind }) => kind === "self");
        const [item, ...rest] = await selfs();
        assert.deepEqual([item?.account_name, rest.length], [account.slip.login, 0]);
        const again = await clinician.fetch(`/api/residents/${kept}/account`, { method: "POST", body: {} });
        assert.deepEqual([again.status, again.body.problems[0].code], [409, "RESIDENT_HAS_ACCOUNT"]);
        assert.equal((await clinician.fetch(`/api/residents/${kept}/relations/${item.source}/end`, { method: "POST", body: {} })).status, 204);
        assert.equal((await page(account, kept)).status, 404);
        assert.equal((await selfs())[0].until, daysAfter(today, -1));
        assert.equal((await clinician.fetch(`/api/residents/${kept}/account`, { method: "POST", body: {} })).status, 200);
      });

      it("is made from a sheet with slips, number and name together, all rows or none", async () => {
        const { name } = (await page(clinician, other)).body.resident;
        const facility = (await clinician.fetch("/api/session")).body.account.facility.code;
        const row = { name, id_number: await numberOf(other), facility };
        const send = (client, rows, dry_run = false) => client.fetch("/api/resident-accounts", { method: "POST", body: { dry_run, rows } });
        const wrong = await send(clinician, [row, row, { ...row, id_number: await numberOf(adult), name: "别人" }, { ...row, id_number: "996601199001011234" }]);
        assert.deepEqual(wrong.body.problems.map(({ code, where }) => [code, where]), [["SHEET_TWICE", "/rows/1/id_number"], ["RESIDENT_NAME_DIFFERS", "/rows/2/id_number"], ["RESIDENT_NAME_DIFFERS", "/rows/3/id_number"]]);
        assert.equal((await send(away, [{ ...row, facility: far }])).body.problems[0].code, "RESIDENT_NAME_DIFFERS");
        assert.equal((await send(clinician, [{ ...row, facility: far }])).body.problems[0].where, "/rows/0/facility");
        assert.deepEqual((await send(clinician, [row], true)).body, { rows: 1, passwords: [] });
        const many = await send(clinician, Array.from({ length: 501 }, () => row), true);
        assert.deepEqual([many.status, many.body.problems.map(({ code, where }) => [code, where])], [422, [["SHEET_ROWS", "/rows"]]]);
        assert.ok(many.text.includes("500"));
        const folder = temporaryFolder();
        const [sheet, slips] = [join(folder, "sheet.csv"), join(folder, "slips.csv")];
        writeFileSync(sheet, `姓名,证件号码,机构\n${name},${row.id_number},${facility}\n`);
        const made = attempt("resident", "accounts", sheet, "--passwords", slips, ...options, "--packs", join(root, "packs"));
        assert.equal(made.code, 0, made.err);
        const [, , slipName, login, password] = readFileSync(slips, "utf8").trim().split(/\r?\n/)[1].split(",");
        assert.equal(slipName, name);
        const client = new Client(server);
        const opened = await client.logIn(login, password);
        assert.equal(opened.body.account.must_change, true);
        assert.equal((await send(clinician, [row])).body.problems[0].code, "RESIDENT_HAS_ACCOUNT");
      });
    });

    it("writes down who gave and who ended it", async () => {
      const admin = await logIn(server, "admin");
      const { items } = (await admin.fetch(`/api/audit?person=${person}`)).body;
      const of = (action) => items.filter((item) => item.action === action && item.object === source);
      assert.deepEqual([of("relation.grant").length, of("relation.end").length], [2, 2]);
      assert.match(of("relation.grant")[0].detail, new RegExp(`^referral ${far} until ${daysAfter(today, 30)}`));
      assert.equal(of("relation.end")[0].login, "clinician");
      assert.equal(lines("audit verify", options)[0].broken_at ?? 0, 0);
    });
  });
}
