// Letting others see a person for a time, over HTTP: given by whoever has the person in his own areas, of the kinds that
// his role gives, ended again, and written down; never passed on by who sees the person by a relation only.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { daysAfter, lines, newId, wholeList } from "../support/county.mjs";
import { Client, databases, logIn, makeCounty, startServer } from "../support/server.mjs";

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
