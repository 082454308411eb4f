// Places and the people who work: imports with every mistake told, splits and moves from a day, who sees whom when a
// catchment changes hands or a doctor is away, and who may manage whose account.
import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { attempt, daysAfter, newId, wholeList } from "../support/county.mjs";
import { Client, databases, logIn, makeCounty, password, root, startServer, temporaryFolder } from "../support/server.mjs";

const today = "2025-06-30";
const packs = ["--packs", join(root, "packs")];

function sheet(...rows) {
  const file = join(temporaryFolder(), "sheet.csv");
  writeFileSync(file, `${rows.join("\n")}\n`);
  return file;
}

for (const [name, makeDatabase] of databases) {
  describe(`places and accounts on ${name}`, () => {
    let server, options, admin, township, clinics, areas;
    const command = (words, ...more) => attempt(...words.split(" "), ...more, ...options, ...packs);
    const send = (client, path, body, method = "POST") => client.fetch(path, { method, body });
    const as = async (login, secret) => {
      const client = new Client(server);
      const answer = await client.logIn(login, secret);
      assert.equal(answer.status, 200, answer.text);
      return client;
    };
    const rows = (...list) => ({ rows: list });

    before(async () => {
      options = makeCounty(makeDatabase);
      server = await startServer(options);
      admin = await logIn(server, "admin");
      township = await logIn(server, "township");
      const { facilities } = (await admin.fetch("/api/facilities")).body;
      clinics = facilities;
      areas = (await admin.fetch("/api/areas")).body.areas;
    });
    after(() => server?.stop());

    const facilityOf = async (client) => (await client.fetch("/api/session")).body.account.facility.code;
    const accounts = async (client) => {
      const all = [];
      for (let after = ""; after !== null; ) {
        const { items, next } = (await client.fetch(`/api/accounts?after=${after}`)).body;
        all.push(...items);
        after = next;
      }
      return all;
    };
    /** A doctor of the township with a password of his own. */
    const newDoctor = async (login, facility) => {
      const made = await send(township, "/api/accounts", { login, name: "赵试用", role: "village_doctor", facility });
      assert.equal(made.status, 200, made.text);
      const client = await as(login, made.body.password);
      assert.equal((await client.fetch("/api/obligations")).body.problems[0].code, "PASSWORD_MUST_CHANGE");
      assert.equal((await send(client, "/api/session/password", { password: made.body.password, new_password: `${login} has its own` })).status, 204);
      return Object.assign(client, { id: made.body.id });
    };
    const clinicsOf = (centre) => clinics.filter(({ parent }) => parent === centre);

    it("lists to an administrator the accounts below his own facility, and which of them he manages", async () => {
      const centre = await facilityOf(township);
      const below = new Set([centre, ...clinicsOf(centre).map(({ code }) => code)]);
      const items = await accounts(township);
      assert.ok(items.length > 3);
      for (const { facility, is_managed, role } of items) {
        assert.ok(below.has(facility), facility);
        assert.equal(is_managed, role !== "township_administrator");
      }
      assert.ok((await accounts(admin)).length > items.length);
      const { roles } = (await township.fetch("/api/accounts")).body;
      assert.ok(!roles.some(({ role }) => ["administrator", "township_administrator", "county_commission"].includes(role)));
    });

    it("lets a first password open nothing but its own change", async () => {
      const { id } = (await accounts(township)).find(({ login }) => login === "doctor");
      const old = await logIn(server, "doctor");
      const reset = await send(township, `/api/accounts/${id}/password`, {});
      assert.equal(reset.status, 200, reset.text);
      assert.equal((await old.fetch("/api/session")).status, 401);
      const doctor = await as("doctor", reset.body.password);
      assert.equal((await doctor.fetch("/api/session")).body.account.must_change, true);
      for (const path of ["/api/obligations", "/api/residents?q=王", "/api/areas"]) {
        const { status, body } = await doctor.fetch(path);
        assert.equal(status, 403);
        assert.equal(body.problems[0].code, "PASSWORD_MUST_CHANGE");
      }
      for (const [wrong, code] of [
        [{ password: "not this one", new_password: "a better one" }, "PASSWORD_WRONG"],
        [{ password: reset.body.password, new_password: reset.body.password }, "PASSWORD_SAME"],
        [{ password: reset.body.password, new_password: "short" }, "PASSWORD_LENGTH"],
      ]) assert.equal((await send(doctor, "/api/session/password", wrong)).body.problems[0].code, code);
      const second = await as("doctor", reset.body.password);
      assert.equal((await send(doctor, "/api/session/password", { password: reset.body.password, new_password: password })).status, 204);
      assert.equal((await doctor.fetch("/api/obligations")).status, 200);
      assert.equal((await second.fetch("/api/session")).status, 401, "other sessions end with the old password");
    });

    it("refuses an administrator whoever is above him, beside him or himself", async () => {
      const centre = await facilityOf(township);
      const elsewhere = clinics.find(({ level, code }) => level === 4 && code !== centre).code;
      const account = (more) => ({ login: "intruder", name: "试", role: "village_doctor", facility: centre, ...more });
      for (const [body, status] of [
        [account({ role: "administrator" }), 403],
        [account({ role: "township_administrator" }), 403],
        [account({ role: "county_commission" }), 403],
        [account({ facility: elsewhere }), 403],
        [account({ facility: "441322G01" }), 403],
        [account({ facility: "" }), 403],
        [account({ role: "emperor" }), 422],
      ]) assert.equal((await send(township, "/api/accounts", body)).status, status, JSON.stringify(body));
      const all = await accounts(admin);
      const idOf = (login) => all.find((one) => one.login === login).id;
      const stranger = all.find(({ facility }) => facility.startsWith(elsewhere.slice(0, 9)) && facility.includes("V")).id;
      for (const [id, status] of [[idOf("admin"), 404], [idOf("county"), 404], [stranger, 404], [newId(), 404], [idOf("township"), 403]]) {
        assert.equal((await send(township, `/api/accounts/${id}/password`, {})).status, status);
        assert.equal((await send(township, `/api/accounts/${id}`, { is_disabled: true }, "PUT")).status, status);
        assert.equal((await township.fetch(`/api/accounts/${id}/sessions`)).status, id === idOf("township") ? 200 : status);
      }
      const doctor = idOf("doctor");
      assert.equal((await send(township, `/api/accounts/${doctor}`, { role: "administrator", facility: centre }, "PUT")).status, 403);
      assert.equal((await send(township, `/api/accounts/${doctor}`, { role: "township_clinician", facility: elsewhere }, "PUT")).status, 403);
      for (const login of ["doctor", "clinician", "director", "county"]) {
        const client = await logIn(server, login);
        assert.equal((await client.fetch("/api/accounts")).body.problems[0].code, "NOT_PERMITTED");
        assert.equal((await send(client, `/api/accounts/${doctor}/password`, {})).status, 403);
      }
      assert.deepEqual((await accounts(admin)).map(({ login, role }) => `${login} ${role}`), all.map(({ login, role }) => `${login} ${role}`));
    });

    it("ends the sessions of an account that is disabled, and lets it in again when it is not", async () => {
      const clinic = clinicsOf(await facilityOf(township))[0].code;
      const client = await newDoctor("shiyong1", clinic);
      assert.equal((await client.fetch("/api/obligations")).status, 200);
      assert.equal((await send(township, `/api/accounts/${client.id}`, { is_disabled: true }, "PUT")).status, 204);
      assert.equal((await client.fetch("/api/session")).status, 401);
      assert.equal((await new Client(server).logIn("shiyong1", "shiyong1 has its own")).status, 401);
      assert.equal((await send(township, `/api/accounts/${client.id}`, { is_disabled: false }, "PUT")).status, 204);
      await as("shiyong1", "shiyong1 has its own");
    });

    it("lists one's sessions and ends one of them", async () => {
      const here = await logIn(server, "clinician");
      const there = await logIn(server, "clinician");
      const { items } = (await here.fetch("/api/sessions")).body;
      assert.equal(items.filter(({ is_this }) => is_this).length, 1);
      const mine = new Set(items.map(({ id }) => id));
      const other = (await there.fetch("/api/sessions")).body.items.find(({ is_this }) => is_this).id;
      assert.ok(mine.has(other));
      const doctor = await logIn(server, "doctor");
      assert.equal((await doctor.fetch(`/api/sessions/${other}`, { method: "DELETE" })).status, 404);
      assert.equal((await here.fetch(`/api/sessions/${other}`, { method: "DELETE" })).status, 204);
      assert.equal((await there.fetch("/api/session")).status, 401);
      assert.equal((await here.fetch("/api/session")).status, 200);
    });

    it("moves sight and lists with a catchment, from its day and not before", async () => {
      const doctor = await logIn(server, "doctor");
      const own = await facilityOf(doctor);
      const area = (await wholeList(doctor))[0].resident.area;
      const other = clinicsOf(await facilityOf(township)).find(({ code }) => code !== own).code;
      const taker = await newDoctor("shiyong2", other);
      const seen = async (client, where) => (await wholeList(client)).filter(({ resident }) => (resident?.area ?? "") === where).length;
      const before = await seen(doctor, area);
      assert.ok(before > 0);
      assert.equal(await seen(taker, area), 0);
      const person = (await wholeList(doctor)).find(({ resident }) => resident.area === area).resident.id;
      const give = (facility, valid_from) => send(township, "/api/catchments", rows({ area, facility, valid_from }));
      assert.equal((await give(other, daysAfter(today, 1))).status, 200);
      assert.equal(await seen(doctor, area), before, "not a day early");
      assert.equal(await seen(taker, area), 0);
      const later = (await township.fetch(`/api/catchments?area=${area}&on=${daysAfter(today, 1)}`)).body.items;
      assert.deepEqual(later.map(({ facility }) => facility), [other]);
      assert.equal((await give(other, today)).status, 200);
      assert.equal(await seen(doctor, area), 0);
      assert.equal(await seen(taker, area), before);
      assert.equal((await doctor.fetch(`/api/residents/${person}`)).status, 404);
      assert.equal((await taker.fetch(`/api/residents/${person}`)).status, 200);
      assert.equal((await give(own, today)).status, 200);
      assert.equal(await seen(doctor, area), before);
      assert.equal(await seen(taker, area), 0);
    });

    it("takes no area from another township and gives none away", async () => {
      const centre = await facilityOf(township);
      const own = clinicsOf(centre).find(({ areas: own }) => own.length > 0);
      const foreign = clinics.find(({ level, parent, areas: its }) => level === 5 && parent !== centre && its.length > 0);
      for (const row of [{ area: foreign.areas[0], facility: own.code }, { area: own.areas[0], facility: foreign.code }]) {
        const { status, body } = await send(township, "/api/catchments", rows({ ...row, valid_from: today }));
        assert.equal(status, 422);
        assert.equal(body.problems[0].code, "NOT_BELOW");
      }
      assert.equal((await send(township, "/api/facilities", rows({ code: "X1", name: "试", kind: "village_clinic", level: 5, parent: centre, valid_from: today }))).status, 403);
    });

    it("lets a substitute see during the leave only", async () => {
      const doctor = await logIn(server, "doctor");
      const own = await facilityOf(doctor);
      const { items } = (await township.fetch("/api/staff")).body;
      const absent = items.find(({ facility }) => facility === own);
      const clinic = clinicsOf(await facilityOf(township)).find(({ code, areas: its }) => code !== own && its.length > 0).code;
      const stand_in = items.find(({ facility }) => facility === clinic);
      const reset = await send(township, `/api/accounts/${stand_in.id}/password`, {});
      const first = await as(clinic.toLowerCase(), reset.body.password);
      await send(first, "/api/session/password", { password: reset.body.password, new_password: "stands in well" });
      const person = (await wholeList(doctor))[0].resident.id;
      const sees = async () => (await first.fetch(`/api/residents/${person}`)).status === 200;
      const away = (valid_from, valid_to) => send(township, `/api/staff/${absent.id}/leave`, { valid_from, valid_to, substitute: stand_in.id });
      assert.equal(await sees(), false);
      /* A village that two doctors share: both are named for it, then one of them only. */
      const shared = (await wholeList(doctor))[0].resident.area;
      const name = (...doctors) => send(township, "/api/catchments", rows({ area: shared, facility: own, valid_from: today, doctors: doctors.map(({ code }) => code).join(" ") }));
      const lists = async () => Promise.all([doctor, first].map(async (client) => (await wholeList(client)).some(({ resident }) => resident.id === person)));
      const both = await name(absent, stand_in);
      assert.equal(both.status, 200, both.text);
      assert.deepEqual(await lists(), [true, true], "both lists have the person");
      assert.equal((await name(absent)).status, 200);
      assert.deepEqual(await lists(), [true, false], "the one who is not named any more has not");
      assert.equal((await away(daysAfter(today, -9), daysAfter(today, -1))).status, 204);
      assert.equal(await sees(), false, "the leave ended yesterday");
      assert.equal((await away(daysAfter(today, 1), daysAfter(today, 9))).status, 204);
      assert.equal(await sees(), false, "the leave begins tomorrow");
      assert.equal((await away(daysAfter(today, 1), daysAfter(today, 3))).status, 204);
      assert.equal((await away(daysAfter(today, -2), daysAfter(today, 2))).body.problems[0].code, "STAFF_LEAVE_OVERLAPS");
      assert.equal((await away(today, today)).status, 204);
      assert.equal(await sees(), true);
      assert.ok((await wholeList(first)).some(({ resident }) => resident.id === person));
      assert.equal((await doctor.fetch(`/api/residents/${person}`)).status, 200, "the absent one keeps his people");
      assert.equal((await away(today, daysAfter(today, -1))).status, 422);
    });

    it("tells exactly the twenty rows that are wrong, and stores nothing of the sheet", () => {
      const good = (n) => `4413221009${String(n).padStart(2, "0")},441322100,5,拟建试村${n},,,`;
      const bad = [
        ",441322100,5,甲,,,", // no code
        "441322100931,,5,甲,,,", // no parent
        "441322100932,441322100,five,甲,,,", // level no number
        "441322100933,441322100,7,甲,,,", // no such level
        "441322100934,441322100,5,,,,", // no name
        "441322100935,441322100,5,甲,2025-02-30,,", // no such day
        "441322100936,441322100,5,甲,2025-06-30,2025-06-01,", // ends before it begins
        "44132210093,441322100,5,甲,,,", // a digit short
        "44132210093X,441322100,5,甲,,,", // no digit
        "441322100937,441322101,5,甲,,,", // not a prefix
        "441322998938,441322998,5,甲,,,", // no such parent
        "441322100939,441322100,5,甲,,,441322100998", // came from nowhere
        "441322100940,441322100,5,甲,,,441322100940", // came from itself
        "441322100941,441322100,5,甲", // cells are missing
        "441322100942,441322100,5,甲,,,,", // a cell too many
        "441322100901,441322100,5,甲,,,", // twice
        "996601100943,996601100,5,甲,,,", // another county
        "441322100944,441322100,6,甲,,,", // no grid's code
        "441322100945,441322100,5,甲,30/06/2025,,", // not a day as we write it
        "441322100946,441322100,5,甲,,soon,", // nor this
      ];
      const file = sheet("code,parent,level,name,valid_from,valid_to,succeeds", ...Array.from({ length: 10 }, (_, n) => good(n)), ...bad);
      for (const more of [["--dry-run"], []]) {
        const { code, err } = command("areas import", file, ...more);
        assert.equal(code, 65);
        const lines = err.trim().split("\n").map((line) => Number(line.split(":")[0]));
        assert.deepEqual(lines.sort((a, b) => a - b), bad.map((_, n) => n + 12));
      }
      assert.doesNotMatch(command("areas").out, /拟建试村/);
    });

    it("splits a village from a day: the tree before is as it was, and both who take over see those not yet assigned", async () => {
      const doctor = await logIn(server, "doctor");
      const own = await facilityOf(doctor);
      const area = (await wholeList(doctor))[0].resident.area;
      const { name: village, parent } = areas.find(({ code }) => code === area);
      const [east, west] = [`${parent}981`, `${parent}982`];
      const from = today;
      const file = sheet(
        "编码,上级编码,级别,名称,开始日,结束日,由何区划变来",
        `${area},${parent},5,${village},1900-01-01,${daysAfter(from, -1)},`,
        `${east},${parent},5,东村,${from},,${area}`,
        `${west},${parent},5,西村,${from},,${area}`,
      );
      const dry = command("areas import", file, "--dry-run");
      assert.equal(dry.code, 0, dry.err);
      assert.deepEqual(JSON.parse(dry.out), { rows: 3, stored: false });
      const before = (await wholeList(doctor)).filter(({ resident }) => resident.area === area).length;
      assert.ok(before > 0);
      assert.equal(command("areas import", file).code, 0);
      const codes = (day) => command("areas", "--on", day).out.split("\n").filter(Boolean).map((line) => JSON.parse(line).code);
      assert.ok(codes(daysAfter(from, -1)).includes(area) && !codes(daysAfter(from, -1)).includes(east));
      assert.ok(!codes(from).includes(area) && codes(from).includes(east) && codes(from).includes(west));
      const faults = () => command("areas check").out.split("\n").filter(Boolean).map((line) => JSON.parse(line));
      assert.ok(faults().some(({ fault, area: where }) => fault === "gap" && where === east));
      assert.ok(faults().some(({ fault, area: where, people }) => fault === "ended" && where === area && people > 0));
      const other = clinicsOf(await facilityOf(township)).find(({ code }) => code !== own).code;
      const taker = await newDoctor("shiyong3", other);
      const old = sheet("area,facility,valid_from,valid_to", `${area},${own},2023-01-01,${daysAfter(from, -1)}`);
      assert.equal(command("catchments import", old).code, 0);
      assert.equal((await wholeList(doctor)).filter(({ resident }) => resident.area === area).length, 0, "nobody answers for them");
      const given = await send(township, "/api/catchments", rows({ area: east, facility: own, valid_from: from }, { area: west, facility: other, valid_from: from }));
      assert.equal(given.status, 200, given.text);
      for (const client of [doctor, taker]) assert.equal((await wholeList(client)).filter(({ resident }) => resident.area === area).length, before);
      assert.ok(!faults().some(({ fault, area: where }) => fault === "gap" && [east, west].includes(where)));
      assert.equal((await wholeList(doctor)).find(({ resident }) => resident.area === area).resident.area_name, village);
    });

    it("passes the areas of a merged clinic to its successor on the day after", async () => {
      const centre = await facilityOf(township);
      const [from, into] = clinicsOf(centre).filter(({ areas: its, kind }) => its.length === 1 && kind === "village_clinic").slice(-2);
      const columns = "code,name,kind,level,parent,valid_from,valid_to,merged_into";
      const row = [from.code, from.name, from.kind, 5, centre, from.valid_from, today, into.code].join(",");
      assert.match(command("facilities import", sheet(columns, row.replace(into.code, "nowhere"))).err, /^2:merged_into/);
      assert.equal(command("facilities import", sheet(columns, row)).code, 0);
      const on = async (day) => (await admin.fetch(`/api/catchments?area=${from.areas[0]}&on=${day}`)).body.items.map(({ facility }) => facility);
      assert.deepEqual(await on(today), [from.code]);
      assert.deepEqual(await on(daysAfter(today, 1)), [into.code]);
      const there = async (day) => (await admin.fetch(`/api/facilities?on=${day}`)).body.facilities.some(({ code }) => code === from.code);
      assert.deepEqual([await there(today), await there(daysAfter(today, 1))], [true, false]);
    });

    it("imports staff and accounts, with first passwords in a file of the owner's by township", async () => {
      const [a, b] = clinics.filter(({ level }) => level === 5);
      const [z] = clinics.filter(({ level, parent }) => level === 5 && parent !== a.parent);
      const out = join(temporaryFolder(), "passwords.csv");
      const columns = "code,name,facility,post,valid_from,login,role,id_number,qualification";
      const bad = sheet(columns, `s1,钱甲,${a.code},village_doctor,2025-01-01,new1,emperor,,`, `s2,钱乙,nowhere,village_doctor,2025-01-01,new2,village_doctor,,`, `s3,钱丙,${a.code},village_doctor,2025-01-01,doctor,village_doctor,,`, `s4,钱丁,${a.code},village_doctor,2025-01-01,,,123,wizard`);
      const refused = command("staff import", bad, "--passwords", out);
      assert.equal(refused.code, 65);
      assert.deepEqual(refused.err.trim().split("\n").map((line) => line.split(": ")[0]), ["2:role", "3:facility", "4:login", "5:id_number", "5:qualification"]);
      assert.ok(!existsSync(out));
      const good = sheet(columns, `s1,钱甲,${z.code},village_doctor,2025-01-01,new1,village_doctor,996601195803120011,village_doctor`, `s2,钱乙,${a.code},village_doctor,2025-01-01,new2,village_doctor,,`, `s3,钱丙,${b.code},nurse,2025-01-01,,,,`);
      const done = command("staff import", good, "--passwords", out);
      assert.equal(done.code, 0, done.err);
      assert.equal(statSync(out).mode & 0o777, 0o600);
      const lines = readFileSync(out, "utf8").trim().split("\r\n").map((line) => line.split(","));
      assert.deepEqual(lines[0], ["township", "facility", "name", "login", "password"]);
      assert.deepEqual(lines.slice(1).map(([town]) => town), lines.slice(1).map(([town]) => town).sort());
      assert.equal(lines.length, 3);
      for (const [, , , login, secret] of lines.slice(1)) assert.equal((await (await as(login, secret)).fetch("/api/session")).body.account.must_change, true);
      assert.equal(command("staff import", good, "--passwords", out).code, 75, "a file of passwords is never written over");
      const again = join(temporaryFolder(), "again.csv");
      assert.equal(command("staff import", good, "--passwords", again).code, 0);
      assert.equal(readFileSync(again, "utf8").trim().split("\r\n").length, 1, "nobody gets a second first password");
    });

    it("takes the text of a sheet over HTTP too, and tells each mistake at its line and column", async () => {
      const [{ code }] = clinicsOf(await facilityOf(township));
      const head = "人员编号,姓名,机构,岗位类别,到岗日,账号,权限岗位";
      const csv = (...rows) => [head, ...rows].join("\r\n");
      const wrong = await send(township, "/api/staff", { csv: csv(`h1,孙甲,${code},village_doctor,2025-02-30,sun.one,village_doctor`, `h2,,${code},nurse,2025-01-01,,`) });
      assert.equal(wrong.status, 422, wrong.text);
      assert.deepEqual(wrong.body.problems.map(({ where }) => where), ["2:valid_from", "3:name"]);
      assert.equal((await send(township, "/api/staff", { csv: 7 })).body.problems[0].where, "/csv");
      const good = csv(`h1,孙甲,${code},village_doctor,2025-01-01,sun.one,village_doctor`);
      const looked = await send(township, "/api/staff", { dry_run: true, csv: good });
      assert.deepEqual([looked.status, looked.body.rows, looked.body.passwords], [200, 1, []]);
      assert.ok(!(await accounts(township)).some(({ login }) => login === "sun.one"));
      const done = await send(township, "/api/staff", { csv: good });
      assert.equal(done.body.passwords[0].login, "sun.one");
      assert.equal((await (await as("sun.one", done.body.passwords[0].password)).fetch("/api/session")).body.account.must_change, true);
    });
  });
}
