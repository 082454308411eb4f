// What those see who may see no persons: numbers by area for the county, the state of the system for its administrator.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { databases, logIn, makeCounty, startServer } from "../support/server.mjs";

const states = ["overdue", "due", "open"];
const sums = (rows) => states.map((state) => rows.reduce((sum, row) => sum + row[state], 0));

for (const [name, makeDatabase] of databases) {
  describe(`numbers by area on ${name}`, () => {
    let server, county, director, doctor, admin;
    before(async () => {
      server = await startServer(makeCounty(makeDatabase));
      [county, director, doctor, admin] = await Promise.all(["county", "director", "doctor", "admin"].map((login) => logIn(server, login)));
    });
    after(() => server?.stop());
    const overview = async (client, area = "") => {
      const answer = await client.fetch(`/api/overview${area && `?area=${area}`}`);
      assert.equal(answer.status, 200, answer.text);
      return answer.body;
    };

    it("shows the county every township, and the villages of each add up to it", async () => {
      const { areas, programs } = await overview(county);
      assert.ok(areas.length >= 17);
      assert.ok(sums(areas)[0] > 0);
      for (const town of areas.slice(0, 4)) {
        const within = await overview(county, town.code);
        assert.equal(within.area.name, town.name);
        assert.deepEqual(sums(within.areas), sums([town]));
        assert.equal(Math.max(...within.areas.map((village) => village.days_late_most)), town.days_late_most);
        assert.ok(within.areas.every((village) => village.code.startsWith(town.code) && village.facilities.length > 0));
        assert.deepEqual(sums(town.by_program), sums([town]));
        assert.deepEqual(town.by_program.map(({ program }) => program), programs.map(({ program }) => program));
      }
    });

    it("gives the same numbers as the list to those who see persons", async () => {
      for (const client of [director, doctor]) {
        const { counts } = (await client.fetch("/api/obligations")).body;
        const { areas } = await overview(client);
        assert.deepEqual(sums(areas), states.map((state) => counts[state]));
      }
    });

    it("ends at the sight of the asker", async () => {
      const { areas } = await overview(director);
      assert.equal(areas.length, 1);
      const other = (await overview(county)).areas.find(({ code }) => code !== areas[0].code);
      for (const area of [other.code, "999999999", "x"]) assert.equal((await director.fetch(`/api/overview?area=${area}`)).status, 404, area);
    });

    it("shows nothing of a person to those who may see none", async () => {
      const list = (await county.fetch("/api/obligations")).body;
      assert.ok(list.items.length > 0);
      assert.ok(list.items.every(({ resident }) => !("name" in resident) && !("birth_date" in resident) && resident.area.length === 9));
      assert.equal((await county.fetch("/api/residents?q=x")).status, 403);
      const person = (await doctor.fetch("/api/obligations?limit=1")).body.items[0].resident;
      const { text } = await county.fetch(`/api/overview?area=${person.area}`);
      assert.ok(!text.includes(person.id) && !text.includes(`"${person.name}"`));
    });

    it("tells the state of the system to its administrator alone", async () => {
      for (const client of [county, director, doctor]) assert.equal((await client.fetch("/api/system")).status, 403);
      assert.equal((await admin.fetch("/api/overview")).status, 403);
      const { body } = await admin.fetch("/api/system");
      assert.equal(body.place.code, "441322");
      assert.equal(body.database.engine, name);
      assert.ok(body.database.bytes > 100000 && body.database.migration >= 7);
      assert.deepEqual(body.packs.map(({ pack }) => pack).sort(), ["assistance", "county", "national-2017"]);
      assert.ok(body.packs.every(({ hash }) => /^[0-9a-f]{64}$/.test(hash)));
      const roles = Object.fromEntries(body.accounts.map(({ role, accounts }) => [role, accounts]));
      assert.equal(roles.administrator, 1);
      assert.ok(roles.village_doctor > 300);
      assert.equal(body.work.stale_subjects, 0);
      assert.ok(body.work.sessions >= 4);
      assert.ok(body.audit.entries > 0 && body.audit.chains >= 1);
    });
  });
}
