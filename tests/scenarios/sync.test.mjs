// The copy that a phone keeps to work offline: who is in it, what a later one sends and drops, what a lost answer, a
// lost phone and two requests at once do to it.
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { connect } from "node:net";
import { attempt, daysAfter, followup, newId, parseLines, submit, wholeList } from "../support/county.mjs";
import { Client, databases, logIn, makeCounty, password, root, startServer, temporaryFolder } from "../support/server.mjs";

const today = "2025-06-30";

function packsWithSensitive() {
  const folder = join(temporaryFolder(), "packs");
  cpSync(join(root, "packs"), folder, { recursive: true });
  cpSync(join(root, "tests/packs/sensitive"), folder, { recursive: true });
  return folder;
}

/** A phone: keeps what it was sent as the interface says. */
class Phone {
  constructor(client) {
    this.client = client;
    this.sequence = 0;
    this.people = new Map();
  }

  async register(name = "村卫生室的手机") {
    const answer = await this.client.fetch("/api/devices", { method: "POST", body: { name } });
    assert.equal(answer.status, 201, answer.text);
    this.id = answer.body.id;
    return this;
  }

  ask(sequence = this.sequence) {
    return this.client.fetch("/api/sync", { method: "POST", body: { device: this.id, sequence }, headers: { "catchment-device": this.id } });
  }

  /** One copy: stored when it has its end. */
  async sync({ isStored = true } = {}) {
    const answer = await this.ask();
    assert.equal(answer.status, 200, answer.text);
    const all = parseLines(answer.text);
    const [head, end] = [all[0], all.at(-1)];
    const subjects = all.filter(({ kind }) => kind === "subject");
    const drops = all.filter(({ kind }) => kind === "drop");
    assert.equal(head.kind, "head");
    assert.deepEqual(end, { kind: "end", sequence: head.sequence, subjects: subjects.length, drops: drops.length });
    assert.equal(all.length, subjects.length + drops.length + 2);
    if (isStored) {
      if (head.whole) this.people = new Map();
      for (const { id } of drops) assert.ok(this.people.delete(id), "drops only whom the phone holds");
      for (const subject of subjects) this.people.set(subject.id, subject);
      this.sequence = head.sequence;
    }
    return { head, subjects, drops, sent: subjects.map(({ id }) => id).sort(), gone: Object.fromEntries(drops.map(({ id, why }) => [id, why])) };
  }
}

/** What a line is on a day, from its dates alone. */
function stateOf(line, rule, day) {
  if (line.met_on && line.met_on <= day) return "met";
  if (line.waived_on && line.waived_on <= day) return "waived";
  if (day < line.opens_on) return line.spared_on && line.spared_on <= day ? "waived" : "closed";
  if (line.closes_on && day > line.closes_on) return "missed";
  if (day > line.due_on) return "overdue";
  return (Date.parse(line.due_on) - Date.parse(day)) / 86400000 <= rule.notice_days ? "due" : "open";
}

for (const [name, makeDatabase] of databases) {
  describe(`a phone's copy, on ${name}`, () => {
    let options, packs, server, doctor, clinician, phone, first, area, elsewhere;
    const post = (client, path, body) => client.fetch(path, { method: "POST", body });

    before(async () => {
      packs = packsWithSensitive();
      options = makeCounty(makeDatabase, { packs });
      server = await startServer(options, "--packs", packs);
      [doctor, clinician] = await Promise.all(["doctor", "clinician"].map((login) => logIn(server, login)));
      const items = await wholeList(doctor);
      area = items[0].resident.area;
      const seen = new Set(items.map((line) => line.resident.area));
      elsewhere = (await doctor.fetch("/api/areas")).body.areas.find(({ level, code }) => level === 5 && !seen.has(code) && code.slice(0, 9) !== area.slice(0, 9)).code;
      phone = await new Phone(doctor).register();
      first = await phone.sync();
    });
    after(() => server?.stop());

    /** A command on the county, with the packs that it works with. */
    const command = (words, ...more) => {
      const { code, out, err } = attempt(...words.split(" "), ...options, ...more);
      assert.equal(code, 0, err);
      return parseLines(out);
    };
    async function register(more) {
      const body = { id: newId(), area, sex: "2", birth_date: "1960-05-06", ...more };
      const answer = await post(doctor, "/api/residents", body);
      assert.equal(answer.status, 201, answer.text);
      return answer.body.id;
    }
    const event = async (id, kind, more = {}) => {
      const answer = await post(doctor, `/api/residents/${id}/events`, { id: newId(), kind, happened_on: today, ...more });
      assert.equal(answer.status, 200, answer.text);
    };

    it("has everybody whom the list shows, and nobody whom the account may not open", async () => {
      assert.equal(first.head.whole, true);
      assert.equal(first.head.on, today);
      assert.equal(first.head.people, first.subjects.length);
      const listed = new Set((await wholeList(doctor, { query: "&state=overdue,due,open" })).map(({ resident }) => resident.id));
      for (const id of listed) assert.ok(phone.people.has(id));
      assert.equal(phone.people.size, (await doctor.fetch("/api/health-files")).body.residents);
      for (const id of [...phone.people.keys()].filter((_, at) => at % 7 === 0)) {
        const page = await doctor.fetch(`/api/residents/${id}`);
        assert.equal(page.status, 200);
        const { resident, records } = phone.people.get(id);
        for (const [key, value] of Object.entries(resident)) if (key !== "initials") assert.equal(page.body.resident[key], value, key);
        const current = page.body.records.filter(({ is_ended }) => !is_ended);
        for (const record of records) assert.ok(current.some((one) => one.id === record.id && one.happened_on === record.happened_on && one.performed_by_name === record.performed_by_name));
        for (const form of new Set(current.map((record) => record.form))) {
          const of = (all) => all.filter((record) => record.form === form).map((record) => record.id);
          assert.deepEqual(of(records), of(current).slice(0, 4), form);
        }
        assert.deepEqual(page.body.programs.map((program) => [program.id, program.enrolled_on]).sort(), phone.people.get(id).programs.map((program) => [program.id, program.enrolled_on]).sort());
      }
    });

    it("tells the dates from which the phone makes the list of any day by itself", async () => {
      const rules = new Map(first.head.rules.map((rule) => [rule.key, rule]));
      for (const day of [today, daysAfter(today, 1), daysAfter(today, 40)]) {
        const mine = [];
        for (const { id, obligations } of phone.people.values())
          for (const line of obligations) {
            const rule = rules.get(line.rule);
            const state = stateOf(line, rule, day);
            if (["overdue", "due", "open"].includes(state)) mine.push([id, rule.program, rule.obligation, line.item ?? "", line.due_on, state].join(" "));
          }
        const theirs = (await wholeList(doctor, { query: `&on=${day}&state=overdue,due,open` })).map((line) => [line.resident.id, line.program, line.obligation, line.item ?? "", line.due_on, line.state].join(" "));
        assert.deepEqual(mine.sort(), theirs.sort(), day);
      }
    });

    it("has the answers of the last records, and the initials by which the search finds a name", async () => {
      const withRecord = [...phone.people.values()].find(({ records }) => records.some(({ form }) => form === "hypertension_followup"));
      const record = withRecord.records.find(({ form }) => form === "hypertension_followup");
      const whole = (await doctor.fetch(`/api/records/${record.id}`)).body;
      assert.deepEqual(record.answers, whole.answers);
      const { name: called, initials } = withRecord.resident;
      assert.ok(initials.length >= 1 && initials.every((letters) => /^[a-z]+$/.test(letters)), called);
      const { items } = (await doctor.fetch(`/api/residents?q=${initials[0]}`)).body;
      assert.ok(items.length === 50 || items.some(({ id }) => id === withRecord.id));
      const personal = withRecord.records.find(({ form }) => form === "personal_information");
      if (personal) assert.ok(!("name" in personal.answers) && !("id_number" in personal.answers), "sealed answers stay on the server");
    });

    it("sends nobody when nothing has changed", async () => {
      const again = await phone.sync();
      assert.deepEqual([again.head.whole, again.sent, again.gone], [false, [], {}]);
      assert.equal(again.head.sequence, first.head.sequence + 1);
    });

    it("sends exactly the person of a record, of its amendment, of its voiding", async () => {
      const id = [...phone.people.values()].find(({ programs }) => programs.some((program) => program.id === "hypertension")).id;
      const visit = followup(id);
      assert.equal((await submit(doctor, visit)).status, 201);
      assert.deepEqual((await phone.sync()).sent, [id]);
      assert.equal(phone.people.get(id).records.find((record) => record.id === visit.id).answers.sbp, 128);
      const amendment = followup(id, { sbp: 132 }, { amends: visit.id, reason: "抄错了" });
      assert.equal((await submit(doctor, amendment)).status, 201);
      assert.deepEqual((await phone.sync()).sent, [id]);
      const kept = phone.people.get(id).records.filter(({ form }) => form === "hypertension_followup");
      assert.deepEqual([kept[0].id, kept[0].amends, kept[0].answers.sbp], [amendment.id, visit.id, 132]);
      assert.ok(!kept.some((record) => record.id === visit.id));
      assert.equal((await post(clinician, `/api/records/${amendment.id}/void`, { reason: "录入错误" })).status, 200);
      assert.deepEqual((await phone.sync()).sent, [id]);
      assert.ok(!phone.people.get(id).records.some((record) => record.id === amendment.id));
    });

    it("brings who comes, and drops who moves away, dies or is merged, and says why", async () => {
      const [mover, leaver, dead, one, two] = [await register({ name: "迁测试" }), await register({ name: "离测试" }), await register({ name: "逝测试" }), await register({ name: "甲测试" }), await register({ name: "乙测试" })];
      assert.deepEqual((await phone.sync()).sent, [mover, leaver, dead, one, two].sort());
      await event(mover, "moved", { area: elsewhere });
      await event(leaver, "left");
      await event(dead, "died");
      assert.equal((await post(clinician, `/api/residents/${two}/merge`, { into: one, reason: "重复建档" })).status, 200);
      const gone = await phone.sync();
      assert.deepEqual(gone.gone, { [mover]: "moved", [leaver]: "moved", [dead]: "died", [two]: "merged" });
      assert.deepEqual(gone.sent, [], "of one, nothing that is shown has changed");
      assert.equal((await post(clinician, `/api/residents/${two}/unmerge`, { reason: "不是同一人" })).status, 200);
      assert.deepEqual((await phone.sync()).sent, [two]);
      command("resident move", "--resident", mover, "--to", area, "--day", today);
      assert.deepEqual((await phone.sync()).sent, [mover]);
    });

    it("sends whom a waiver concerns, and nobody because of a new day", async () => {
      const [{ resident, program, obligation, closes_on }] = await wholeList(doctor, { query: "&state=overdue&program=hypertension" });
      const waived = await post(doctor, `/api/residents/${resident.id}/waivers`, { id: newId(), program, obligation, closes_on, reason: "refuses" });
      assert.ok([200, 201].includes(waived.status), waived.text);
      assert.deepEqual((await phone.sync()).sent, [resident.id]);
      assert.ok(phone.people.get(resident.id).obligations.some((line) => line.waived_on || line.spared_on));
    });

    it("keeps what is sensitive out of a copy, whoever recorded it", async () => {
      const id = [...phone.people.keys()][0];
      const made = { id: newId(), form: "mental_registration", subject: id, happened_on: "2025-01-06", answers: { mental_diagnosis: "无名之症" }, confirmed: [] };
      assert.equal((await submit(clinician, made)).status, 201);
      assert.deepEqual((await phone.sync()).sent, []);
      const fresh = await new Phone(doctor).register("另一部");
      const whole = await fresh.sync();
      for (const word of ['"mental"', "mental_registration", "mental_visit", "无名之症"]) assert.ok(!JSON.stringify([whole.head, ...whole.subjects]).includes(word), word);
    });

    it("gives everything to a phone that missed an answer, and to one that knows less than the server", async () => {
      const id = [...phone.people.keys()][1];
      assert.equal((await submit(doctor, followup(id))).status === 201, true);
      const missed = await phone.sync({ isStored: false });
      assert.deepEqual(missed.sent, [id]);
      const whole = await phone.sync();
      assert.equal(whole.head.whole, true);
      assert.ok(whole.sent.includes(id) && whole.sent.length === whole.head.people);
      assert.deepEqual((await phone.sync()).sent, []);
      phone.sequence = 0;
      assert.equal((await phone.sync()).head.whole, true);
    });

    it("notes nothing of a copy that was broken off", async () => {
      const before = phone.sequence;
      await new Promise((done) => {
        const socket = connect({ host: "127.0.0.1", port: server.port });
        const body = JSON.stringify({ device: phone.id, sequence: 0 });
        socket.write(`POST /api/sync HTTP/1.1\r\nHost: x\r\nCookie: ${doctor.cookie}\r\nX-CSRF: ${doctor.csrf}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
        socket.once("data", () => socket.destroy());
        socket.once("close", done).on("error", () => undefined);
      });
      const next = await phone.sync();
      // Its end may have been written before the server saw the socket close: then it is a lost answer.
      if (next.head.whole) assert.equal(next.head.sequence, before + 2);
      else assert.deepEqual([next.head.sequence, next.sent], [before + 1, []]);
      assert.deepEqual((await phone.sync()).sent, []);
    });

    it("ends one of two copies of one phone that are made at once without its end, and harms neither", async () => {
      const answers = await Promise.allSettled([phone.ask(), phone.ask()]);
      const ends = answers.filter(({ value }) => value && /"kind":"end"/.test(value.text)).map(({ value }) => parseLines(value.text).at(-1).sequence);
      assert.ok(ends.length >= 1 && new Set(ends).size === ends.length);
      const next = await phone.sync();
      assert.equal(next.head.whole, true);
      assert.deepEqual((await phone.sync()).sent, []);
    });

    it("after any number of copies holds what a new phone is given", async () => {
      const mine = () => [...phone.people.values()].map((one) => JSON.stringify(one)).sort();
      let seed = 11;
      const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
      const pick = () => [...phone.people.keys()][random(phone.people.size)];
      const acts = [
        () => submit(doctor, followup(pick(), { sbp: 120 + random(20) })),
        () => post(doctor, "/api/residents", { id: newId(), area, sex: "1", birth_date: `19${40 + random(50)}-03-04`, name: "新测试" }),
        () => post(doctor, `/api/residents/${pick()}/events`, { id: newId(), kind: "died", happened_on: today }),
        () => post(doctor, `/api/residents/${pick()}/events`, { id: newId(), kind: "moved", happened_on: today, area: elsewhere }),
        () => post(clinician, `/api/residents/${pick()}/merge`, { into: pick(), reason: "重复建档" }),
        async () => {
          const last = [...phone.people.values()].flatMap(({ records }) => records).at(random(20));
          return last && post(clinician, `/api/records/${last.id}/void`, { reason: "录入错误" });
        },
      ];
      for (let round = 0; round < 6; round++) {
        for (let n = random(5); n >= 0; n--) await acts[random(acts.length)]();
        const { head } = await phone.sync();
        assert.equal(head.whole, false);
      }
      const fresh = await new Phone(doctor).register("新手机");
      await fresh.sync();
      assert.deepEqual(mine(), [...fresh.people.values()].map((one) => JSON.stringify(one)).sort());
      assert.deepEqual((await phone.sync()).sent, []);
    });

    it("drops a village that is another clinic's now, and brings it back with its return", async () => {
      const township = await logIn(server, "township");
      const own = first.head.facility.code;
      const { parent } = command("facilities").find(({ code }) => code === own);
      const other = command("facilities").find((one) => one.parent === parent && one.kind === "village_clinic" && one.code !== own).code;
      const give = async (facility) => {
        const answer = await post(township, "/api/catchments", { rows: [{ area, facility, valid_from: today }] });
        assert.equal(answer.status, 200, answer.text);
      };
      const there = [...phone.people.values()].filter(({ resident }) => resident.area === area).map(({ id }) => id).sort();
      await give(other);
      const away = await phone.sync();
      assert.deepEqual(Object.keys(away.gone).sort(), there);
      assert.ok(Object.values(away.gone).every((why) => why === "out_of_sight"));
      await give(own);
      assert.deepEqual((await phone.sync()).sent, there);
    });

    it("refuses a phone of somebody else, a name that is none, and whoever has no persons in sight", async () => {
      const nurse = await logIn(server, "clinician");
      assert.equal((await post(nurse, "/api/devices", { name: "平板" })).status, 403);
      assert.equal((await post(doctor, "/api/devices", { name: " " })).body.problems[0].where, "/name");
      assert.equal((await post(doctor, "/api/sync", { device: newId(), sequence: 0 })).status, 404);
      assert.equal((await post(doctor, "/api/sync", { device: phone.id, sequence: -1 })).body.problems[0].where, "/sequence");
      assert.equal((await post(doctor, "/api/sync", { device: phone.id })).status, 422);
    });

    it("leaves one audit entry a copy, with the number of people, before anything is sent", async () => {
      const before = (await doctor.fetch("/api/devices")).body.devices.find(({ id }) => id === phone.id);
      assert.equal(before.state, "active");
      assert.ok(before.last_sync_at);
      const entries = command("audit list").filter(({ action, object }) => action === "residents.sync" && object === phone.id);
      assert.ok(entries.length > 10);
      assert.match(entries[0].detail, /^(whole|delta) sequence \d+ people \d+/);
    });

    it("shuts a revoked phone out, ends its sessions, and leaves others alone", async () => {
      const lost = await new Phone(await logIn(server, "doctor")).register("丢失的手机");
      await lost.sync();
      const onIt = await logIn(server, "doctor"); // logged in again: tied by the header
      assert.equal((await onIt.fetch("/api/session", { headers: { "catchment-device": lost.id } })).status, 200);
      const county = await logIn(server, "county");
      assert.equal((await post(county, `/api/devices/${lost.id}/revoke`, {})).status, 404, "not his to revoke");
      assert.deepEqual(command("devices list doctor").filter(({ device }) => device === lost.id).map(({ state }) => state), ["active"]);
      command(`devices revoke ${lost.id}`);
      command(`devices revoke ${lost.id}`);
      const refused = await lost.ask();
      assert.deepEqual([refused.status, refused.body.problems[0].code], [403, "DEVICE_REVOKED"]);
      for (const client of [lost.client, onIt]) assert.equal((await client.fetch("/api/session")).status, 401);
      const login = await new Client(server).fetch("/api/session", { method: "POST", body: { login: "doctor", password }, headers: { "catchment-device": lost.id } });
      assert.equal(login.body.problems[0].code, "DEVICE_REVOKED");
      assert.equal((await doctor.fetch("/api/session", { headers: { "catchment-device": lost.id } })).status, 403);
      assert.equal((await doctor.fetch("/api/session")).status, 200);
      assert.deepEqual((await phone.sync()).head.whole, false);
      const { devices } = (await doctor.fetch("/api/devices")).body;
      assert.equal(devices.find(({ id }) => id === lost.id).state, "revoked");
      assert.equal((await post(doctor, `/api/devices/${phone.id}/revoke`, {})).status, 204);
    });

    it("shuts the phones of a disabled account out for good", async () => {
      const kept = await new Phone(await logIn(server, "doctor")).register("离职者的手机");
      await kept.sync();
      for (const word of ["disable", "enable"]) command(`user ${word} doctor`);
      const refused = await kept.ask();
      assert.deepEqual([refused.status, refused.body.problems[0].code], [403, "DEVICE_REVOKED"]);
      assert.ok(command("devices list doctor").every(({ state }) => state === "revoked"));
      assert.ok(command("audit list").some(({ action, detail }) => action === "device.revoke" && /^phones \d+$/.test(detail)));
    });
  });
}
