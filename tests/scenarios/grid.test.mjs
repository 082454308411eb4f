// SYS-04, grid service: every clinic answers for its villages with a doctor by name; what is missing is named; whoever
// knows an address finds the doctor.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { attempt, lines } from "../support/county.mjs";
import { Client, databases, logIn, makeCounty, root, startServer } from "../support/server.mjs";

const packs = ["--packs", join(root, "packs")];

for (const [name, makeDatabase] of databases) {
  describe(`SYS-04: grid service on ${name}`, () => {
    let server, options, admin, anybody, areas, catchments, clinic, open, faults;
    const command = (words, ...more) => attempt(...words.split(" "), ...more, ...options, ...packs);
    const coverage = async () => (await admin.fetch("/api/grid")).body;
    const askFor = (address) => anybody.fetch("/api/grid-doctor", { method: "POST", body: { address } });
    const ask = async (address) => (await askFor(address)).body.items;
    const stem = (text) => text.replace(/(社区居民委员会|村民委员会|居民委员会社区|居民委员会|村委会|居委会|社区)$/, "");

    before(async () => {
      options = makeCounty(makeDatabase);
      server = await startServer(options);
      admin = await logIn(server, "admin");
      anybody = new Client(server);
      areas = (await admin.fetch("/api/areas")).body.areas;
      catchments = (await admin.fetch("/api/catchments")).body.items;
      const facilities = (await admin.fetch("/api/facilities")).body.facilities;
      clinic = facilities.find(({ level, code }) => level === 5 && catchments.filter(({ facility, doctors }) => facility === code && doctors.length).length === 2 && catchments.every(({ facility, area }) => facility === code || !area.startsWith(code.slice(0, 12))));
    });
    after(() => server?.stop());

    it("shows 22 of 22 centres and 343 of 343 clinics, and the two villages that have no doctor by name", async () => {
      const { townships, gaps, ...sums } = await coverage();
      open = gaps.map(({ area }) => area);
      assert.deepEqual(sums, { centres: { covered: 22, units: 22 }, clinics: { covered: 343, units: 343 }, missing: [] });
      assert.equal(open.length, 2);
      assert.equal(townships.length, areas.filter(({ level }) => level === 4).length);
      assert.equal(townships.reduce((sum, town) => sum + town.clinics, 0), 343, "every clinic stands in a township");
      for (const town of townships) {
        const here = gaps.filter(({ area }) => area.startsWith(town.code));
        assert.deepEqual([town.areas - town.areas_covered, town.people], [here.length, here.reduce((sum, { people }) => sum + people, 0)], town.name);
        const { items } = (await admin.fetch(`/api/grid/areas?area=${town.code}`)).body;
        assert.equal(items.length, town.areas);
        const states = items.filter(({ state }) => state !== "covered").map(({ code, state }) => [code, state]);
        assert.deepEqual(states, here.map(({ area }) => [area, catchments.some((one) => one.area === area) ? "nameless" : "gap"]));
      }
      faults = (await admin.fetch("/api/grid/faults")).body.items;
      assert.deepEqual(faults.map(({ fault }) => fault).sort(), ["gap", "overlap"]);
      assert.equal((await admin.fetch("/api/grid/areas?area=449999999")).status, 404);
      assert.deepEqual(lines("grid coverage", options), [
        { units_of: "centres", covered: 22, units: 22 },
        { units_of: "clinics", covered: 343, units: 343 },
        ...gaps.map(({ area, name: words, people }) => ({ gap: area, name: words.zh, people })),
      ]);
    });

    it("tells anybody the doctor of an address, without logging in", async () => {
      const own = catchments.find(({ facility }) => facility === clinic.code);
      const village = areas.find(({ code }) => code === own.area);
      const town = areas.find(({ code }) => code === village.parent);
      const found = await ask(`广东省惠州市博罗县${town.name}${stem(village.name)}3组12号`);
      assert.equal(found.length, 1, JSON.stringify(found));
      assert.equal(found[0].area, village.code);
      assert.equal(found[0].township.zh, town.name);
      assert.equal(found[0].facility, clinic.code);
      assert.deepEqual(found[0].doctors, [{ name: own.doctors[0].name, is_away: false, substitute: null }]);
      assert.deepEqual(await ask(village.code), found);
      const [line] = lines("grid doctor", options, `${town.name}${village.name}`);
      assert.equal(line.facility, clinic.code);
      assert.deepEqual(line.doctors.map((doctor) => doctor.name), [own.doctors[0].name]);
    });

    it("finds every village by its township and name, and nothing in an address that names none", async () => {
      const towns = new Map(areas.filter(({ level }) => level === 4).map((area) => [area.code, area]));
      for (const village of areas.filter(({ level }) => level === 5).slice(0, 60)) {
        const found = await ask(`${towns.get(village.parent).name}${village.name}`);
        assert.ok(found.some(({ area }) => area === village.code), village.name);
      }
      assert.deepEqual(await ask("上海市静安区南京西路1号"), []);
      for (const address of [" ", "里".repeat(140)]) assert.equal((await askFor(address)).body.problems[0].where, "/address");
      assert.equal((await anybody.fetch("/api/grid-doctor?address=x")).status, 404, "no address stands where addresses of requests are logged");
      assert.equal((await anybody.fetch("/api/grid")).status, 401);
    });

    it("names a clinic whose grid was taken away: 342 of 343, its villages, and how many people live there", async () => {
      const own = catchments.filter(({ facility }) => facility === clinic.code);
      const rows = own.map(({ area, facility, valid_from, doctors }) => ({ area, facility, valid_from, valid_to: "2025-06-29", doctors: doctors.map(({ code }) => code).join(" ") }));
      const done = await admin.fetch("/api/catchments", { method: "POST", body: { rows } });
      assert.equal(done.status, 200, done.text);
      const { centres, clinics, missing, gaps, townships } = await coverage();
      assert.deepEqual(centres, { covered: 22, units: 22 });
      assert.deepEqual(clinics, { covered: 342, units: 343 });
      assert.deepEqual(missing.map(({ code, name: words, level }) => [code, words.zh, level]), [[clinic.code, clinic.name, 5]]);
      const taken = gaps.filter(({ area }) => !open.includes(area));
      assert.deepEqual(taken.map(({ area }) => area), own.map(({ area }) => area).sort());
      assert.ok(taken.reduce((sum, { people }) => sum + people, 0) > 0);
      const town = townships.find(({ code }) => own[0].area.startsWith(code));
      const here = gaps.filter(({ area }) => area.startsWith(town.code));
      assert.deepEqual([town.areas - town.areas_covered, town.clinics - town.clinics_covered], [here.length, 1]);
      assert.equal(town.people, here.reduce((sum, { people }) => sum + people, 0));
      const { items: below } = (await admin.fetch(`/api/grid/areas?area=${town.code}`)).body;
      const noticed = below.filter(({ code, state }) => state === "gap" && !open.includes(code)).map(({ code }) => code);
      assert.deepEqual(noticed, own.map(({ area }) => area).sort());
      const more = (await admin.fetch("/api/grid/faults")).body.items.filter(({ code }) => !faults.some((one) => one.code === code));
      assert.deepEqual(more.map(({ fault, code }) => [fault, code]), own.map(({ area }) => ["gap", area]).sort((a, b) => (a[1] < b[1] ? -1 : 1)));
      const file = await admin.fetch("/api/grid/file?as=xlsx");
      assert.match(file.headers.get("content-disposition"), /grid-2025-06-30\.xlsx/);
      assert.equal(file.text.slice(0, 2), "PK");
      assert.equal((await anybody.fetch("/api/grid/faults")).status, 401);
      const [match] = await ask(own[0].area);
      assert.equal(match.facility, null);
      assert.deepEqual(match.doctors, []);
      assert.ok(lines("grid coverage", options).some((line) => line.missing === clinic.code));
      const day = (await admin.fetch("/api/grid?on=2025-06-29")).body;
      assert.deepEqual(day.clinics, { covered: 343, units: 343 });
      assert.equal(command("areas check").code === 0, false);
    });

    it("names a clinic whose doctor is not named any more", async () => {
      const other = catchments.find(({ facility, doctors }) => facility !== clinic.code && doctors.length && catchments.filter((one) => one.facility === facility).length === 1);
      const row = { area: other.area, facility: other.facility, valid_from: "2025-06-30" };
      assert.equal((await admin.fetch("/api/catchments", { method: "POST", body: { rows: [row] } })).status, 200);
      const { clinics, missing } = await coverage();
      assert.deepEqual(clinics, { covered: 341, units: 343 });
      assert.ok(missing.some(({ code }) => code === other.facility));
      const { items } = (await admin.fetch(`/api/grid/areas?area=${other.area.slice(0, 9)}`)).body;
      const { state, facility, doctors } = items.find(({ code }) => code === other.area);
      assert.deepEqual([state, facility.code, doctors], ["nameless", other.facility, []]);
      /* a plan counts by the page's rule: an area without a doctor by name is in no grid */
      const count = (measure) => lines(`measure --measure ${measure} --period 2025 --on 2025-06-30 --unit 441322`, options)[0];
      assert.equal(count("grid_clinics").value, clinics.covered);
      assert.equal(count("grid_centres").value, 22);
      const { townships } = await coverage();
      const { denominator, numerator } = count("areas_in_grid_share");
      assert.deepEqual([denominator, numerator], [townships.reduce((sum, town) => sum + town.areas, 0), townships.reduce((sum, town) => sum + town.areas_covered, 0)]);
    });
  });
}
