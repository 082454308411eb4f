// What one visit can do: the list and the resident's page say which open things of a person go together.
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { followup, submit, wholeList } from "../support/county.mjs";
import { databases, logIn, makeCounty, root, startServer, temporaryFolder } from "../support/server.mjs";

const isOpen = ({ state }) => ["open", "due", "overdue"].includes(state);
const byPerson = (items) => Map.groupBy(items, ({ resident }) => resident.id);
const names = (items) => items.map(({ program, obligation, item }) => `${program}/${obligation}/${item ?? ""}`).sort();

/** The packs, with a rule of which nothing else can be done at the same visit. */
function packsWithAlone() {
  const folder = join(temporaryFolder(), "packs");
  cpSync(join(root, "packs"), folder, { recursive: true });
  const path = join(folder, "national-2017", "programs", "elderly.yaml");
  writeFileSync(path, readFileSync(path, "utf8").replace("    every: {year: 1}\n", "    alone: true\n    every: {year: 1}\n"));
  return folder;
}

for (const [name, makeDatabase] of databases) {
  describe(`one visit for several things on ${name}`, () => {
    let options, server, doctor, list;
    before(async () => {
      options = makeCounty(makeDatabase);
      server = await startServer(options);
      doctor = await logIn(server, "doctor");
      list = await wholeList(doctor);
    });
    after(() => server?.stop());

    const read = async (query) => (await doctor.fetch(`/api/obligations?${query}`)).body;

    it("names with each line how many things of the person can be done, on whatever page they stand", async () => {
      const people = byPerson(list);
      const several = [...people.values()].filter((items) => items.length > 1);
      assert.ok(several.length > 0);
      for (const items of people.values()) {
        for (const { visit } of items) assert.equal(visit, items.length > 1 ? items.length : undefined);
      }
      const first = await read("limit=1");
      assert.equal(first.visits.length, first.items[0].visit ? 1 : 0);
      for (const { resident, items } of (await read("limit=100")).visits) assert.deepEqual(names(items), names(people.get(resident)));
    });

    it("says the same on the person's page, where what is not open is no part of it", async () => {
      for (const items of [...byPerson(list).values()].slice(0, 30)) {
        const { obligations } = (await doctor.fetch(`/api/residents/${items[0].resident.id}`)).body;
        const together = obligations.filter(({ visit }) => visit !== undefined);
        assert.deepEqual(names(together), items.length > 1 ? names(items) : []);
        for (const { visit } of together) assert.equal(visit, items.length);
        assert.ok(together.every(isOpen));
      }
    });

    it("loses what a record meets", async () => {
      const items = [...byPerson(list).values()].find((one) => one.length > 1 && one.some(({ obligation, program }) => program === "hypertension" && obligation === "followup"));
      assert.ok(items);
      const { id } = items[0].resident;
      const sent = await submit(doctor, followup(id));
      assert.equal(sent.status, 201, sent.text);
      const left = (await wholeList(doctor)).filter(({ resident }) => resident.id === id);
      assert.ok(left.length < items.length);
      for (const { visit } of left) assert.equal(visit, left.length > 1 ? left.length : undefined);
    });

    it("is of persons: rows without identity and what is waived have none", async () => {
      const county = await logIn(server, "county");
      const rows = (await county.fetch("/api/obligations?limit=100")).body;
      assert.ok(rows.items.length > 0);
      assert.deepEqual(rows.visits, []);
      assert.ok(rows.items.every(({ visit }) => visit === undefined));
      assert.deepEqual((await read("state=waived")).visits, []);
    });

    it("leaves out a rule that the packs call alone", async () => {
      await server.stop();
      server = await startServer(options, "--packs", packsWithAlone());
      doctor = await logIn(server, "doctor");
      const isAlone = ({ program }) => program === "elderly";
      const now = await wholeList(doctor);
      assert.ok(now.some(isAlone));
      for (const items of byPerson(now).values()) {
        const together = items.filter((item) => !isAlone(item));
        for (const item of items) assert.equal(item.visit, together.length > 1 && !isAlone(item) ? together.length : undefined);
      }
    });
  });
}
