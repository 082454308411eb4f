// What organisations owe: guidance of the health-management centres and paired assistance, from the register form to
// the lists of whoever has part in it, and to nobody else's.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { attempt, lines, newId, submit, wholeList } from "../support/county.mjs";
import { Client, databases, logIn, makeCounty, root, startServer } from "../support/server.mjs";

const packs = ["--packs", join(root, "packs")];

for (const [name, makeDatabase] of databases) {
  describe(`organisations on ${name}`, () => {
    let options, server, admin, county, hospital, receiver, outsider, centreCode, otherCode, townships, agreement, centre, hospitalCode;
    const officer = async (login, facility, role = "organisation_officer") => {
      const made = await admin.fetch("/api/accounts", { method: "POST", body: { login, name: "钱试用", role, facility } });
      assert.equal(made.status, 200, made.text);
      const client = new Client(server);
      await client.logIn(login, made.body.password);
      const own = `${login} has its own`;
      assert.equal((await client.fetch("/api/session/password", { method: "POST", body: { password: made.body.password, new_password: own } })).status, 204);
      assert.equal((await client.logIn(login, own)).status, 200);
      return client;
    };
    const say = async (client, form, subject, happened_on, answers, more = {}) => {
      const body = { id: newId(), form, subject, happened_on, answers, confirmed: [], ...more };
      const answer = await submit(client, body);
      assert.equal(answer.status, 201, answer.text);
      return { ...body, obligations: answer.body.obligations };
    };
    const owed = async (subject, obligation, kind = "agreement") => {
      const { body } = await hospital.fetch(`/api/subjects/${kind}/${subject}`);
      return body.obligations.filter((item) => item.obligation === obligation);
    };

    before(async () => {
      options = makeCounty(makeDatabase, { on: "2025-12-31", residents: 1000 });
      server = await startServer(options);
      admin = await logIn(server, "admin");
      county = await logIn(server, "county");
      const { facilities } = (await admin.fetch("/api/facilities")).body;
      const centres = facilities.filter(({ level }) => level === 4);
      [centreCode, otherCode] = centres.map(({ code }) => code);
      hospitalCode = facilities.find(({ kind }) => kind === "county_hospital").code;
      hospital = await officer("support", hospitalCode);
      receiver = await officer("receive", centreCode);
      outsider = await officer("outside", otherCode);
      townships = (await admin.fetch("/api/areas")).body.areas.filter(({ level }) => level === 4).map(({ code }) => code);
      agreement = {
        id: newId(), form: "assistance_agreement", subject: newId(), happened_on: "2025-06-20", confirmed: [],
        answers: {
          agreement_name: "对口帮扶（试）", agreement_no: "T-1", supporting_hospital: hospitalCode, receiving_hospital: centreCode,
          starts_on: "2025-07-01", ends_on: "2026-06-30",
        },
      };
      const { items } = (await hospital.fetch("/api/subjects/facility?limit=500")).body;
      centre = items.find(({ code }) => code === hospitalCode).id;
    });
    after(() => server?.stop());

    it("are read at one's own facility whatever one's sight is, and name what stands above and below with whether it opens", async () => {
      const administrator = await officer("keeper", centreCode, "sterile_supply_worker");
      const own = (await administrator.fetch(`/api/subjects/facility/${centreCode}`)).body;
      assert.deepEqual([own.subject.code, own.obligations, own.records], [centreCode, undefined, undefined]);
      assert.ok(own.facility.below.length > 0);
      for (const near of [own.facility.parent, ...own.facility.below]) {
        assert.equal((await administrator.fetch(`/api/subjects/facility/${near.code}`)).status, near.is_seen ? 200 : 404);
        assert.equal(near.is_seen, false, "no purpose of his opens it");
      }
      assert.equal((await administrator.fetch(`/api/subjects/facility/${otherCode}`)).status, 404);
      const mine = (await receiver.fetch(`/api/subjects/facility/${centreCode}`)).body.facility;
      assert.deepEqual([mine.parent.is_seen, mine.below.every(({ is_seen }) => is_seen)], [false, true]);
      assert.equal((await receiver.fetch(`/api/subjects/facility/${mine.below[0].code}`)).status, 200);
    });

    it("are registered by who answers for them, and by nobody else", async () => {
      const refused = await submit(outsider, agreement);
      assert.equal(refused.status, 400 <= refused.status && refused.status < 500 ? refused.status : 422, refused.text);
      assert.equal(refused.body.problems[0].code, "SUBJECT_OWNER");
      const unknown = await submit(receiver, { ...agreement, answers: { ...agreement.answers, supporting_hospital: "no-such" } });
      assert.equal(unknown.body.problems[0].code, "REFERENCE_UNKNOWN");
      assert.equal(unknown.body.problems[0].where ?? unknown.body.problems[0].pointer ?? "/answers/supporting_hospital", "/answers/supporting_hospital");
      assert.equal((await submit(receiver, agreement)).status, 201);
      assert.equal((await submit(receiver, agreement)).status, 200);
      const taken = await submit(receiver, { ...agreement, id: newId(), subject: newId() });
      assert.equal(taken.status, 409, taken.text);
    });

    it("show themselves and what they owe to their parties and those above, to no others", async () => {
      for (const [client, sees] of [[receiver, true], [hospital, true], [county, true], [outsider, false]]) {
        const { items } = (await client.fetch("/api/subjects/agreement")).body;
        assert.equal(items.some(({ id }) => id === agreement.subject), sees);
        if (client !== county)
          assert.equal((await client.fetch(`/api/subjects/agreement/${agreement.subject}`)).status, sees ? 200 : 404);
      }
      /* A facility's page has what it has part in, of every kind at once, as the list of each kind says. */
      const { forms } = (await receiver.fetch("/api/forms")).body;
      for (const [client, at] of [[receiver, centreCode], [hospital, hospitalCode], [county, hospitalCode], [outsider, otherCode]]) {
        const { registered } = (await client.fetch(`/api/subjects/facility/${at}`)).body;
        const each = await Promise.all([...new Set(forms.filter((form) => form.registers).map(({ subject }) => subject))].map(async (kind) => (await client.fetch(`/api/subjects/${kind}?at=${at}&limit=0`)).body.items));
        assert.deepEqual(registered.map(({ id }) => id).sort(), each.flat().map(({ id }) => id).sort(), at);
        assert.ok(registered.every(({ kind_title: title }) => title.zh && title.en));
        assert.equal(registered.some(({ id }) => id === agreement.subject), client !== outsider, at);
      }
      const own = await wholeList(receiver), supports = await wholeList(hospital), none = await wholeList(outsider);
      assert.deepEqual(own.map(({ obligation }) => obligation).sort(), ["half_year_report", "trainees"]);
      assert.ok(own.every(({ subject }) => subject.id === agreement.subject && subject.name.zh === "对口帮扶（试）"));
      assert.ok(supports.some(({ obligation }) => obligation === "activity"));
      assert.equal(none.length, 0);
      const everything = await wholeList(county);
      for (const line of [...own, ...supports]) assert.ok(everything.some((other) => other.obligation === line.obligation && other.subject.id === line.subject.id));
      const due = lines("due", options, "--facility", centreCode, "--program", "paired_assistance");
      assert.deepEqual(due.map(({ obligation }) => obligation).sort(), ["half_year_report", "trainees"]);
      assert.equal(due[0].subject, agreement.subject);
      const attemptAt = await submit(outsider, { id: newId(), form: "assistance_activity", subject: agreement.subject, happened_on: "2025-12-30", answers: { kind: "1", days: 1 }, confirmed: [] });
      assert.equal(attemptAt.status, 404);
    });

    it("show each party what the others owe, with who owes it, and which agreements have stalled", async () => {
      const others = async (client) => (await client.fetch("/api/obligations/others")).body.items;
      const key = ({ subject, obligation, due_on }) => `${subject.id} ${obligation} ${due_on}`;
      const [seen, told] = [(await others(hospital)).filter(({ subject }) => subject.id === agreement.subject), await wholeList(receiver)];
      assert.deepEqual(seen.map(key).sort(), told.map(key).sort());
      assert.deepEqual([...new Set(seen.map(({ owner }) => owner.code))], [centreCode]);
      assert.deepEqual([await others(outsider), await others(county)], [[], []], "who has no part, and who has both sides in the list");
      const { body } = await hospital.fetch(`/api/subjects/agreement/${agreement.subject}`);
      const open = body.obligations.filter(({ state }) => ["overdue", "due", "open"].includes(state));
      assert.deepEqual(open.filter(({ owner }) => owner.code === centreCode).map(({ obligation }) => obligation).sort(), seen.map(({ obligation }) => obligation).sort());
      const standing = async (client) => (await client.fetch("/api/obligations/standings?kind=agreement")).body.items;
      const [own] = (await standing(hospital)).filter(({ subject }) => subject.id === agreement.subject);
      assert.deepEqual(own.sides.map(({ owner, is_own: is }) => [owner.code, is]).sort(), [[centreCode, false], [hospitalCode, true]].sort());
      assert.equal(own.sides.find(({ is_own: is }) => !is).overdue + own.sides.find(({ is_own: is }) => !is).open, seen.length);
      assert.equal(own.last_on, null);
      assert.deepEqual((await standing(outsider)).map(({ subject }) => subject.id).filter((id) => id === agreement.subject), []);
      const demo = await standing(county);
      assert.ok(demo.some(({ is_stalled: is, last_on: last }) => is && last <= "2025-07-01"), "one was given up long ago");
      assert.ok(demo.some(({ is_stalled: is, last_on: last }) => !is && last > "2025-07-01"), "others go on");
      assert.equal((await hospital.fetch("/api/obligations/standings?kind=facility")).status, 404);
    });

    it("stand in the worklist of a doctor of the party, under the clinic that answers, and are counted there", async () => {
      const doctor = await officer("physician", centreCode, "public_health_physician");
      const list = async (filter) => {
        const items = [];
        for (;;) {
          const answer = await doctor.fetch(`/api/worklist?${new URLSearchParams({ ...filter, limit: 100, skip: items.length })}`);
          assert.equal(answer.status, 200, answer.text);
          items.push(...answer.body.items);
          if (answer.body.items.length < 100) return items;
        }
      };
      const totals = async (filter) => (await doctor.fetch(`/api/worklist/totals?${new URLSearchParams(filter)}`)).body;
      const all = await totals({});
      const facility = all.facilities.find(({ code }) => code === centreCode);
      const rows = await list({ facility: centreCode });
      assert.ok(rows.some(({ subject }) => subject?.id === agreement.subject));
      assert.ok(rows.every(({ answers }) => answers), "somebody answers for each row");
      assert.equal(facility?.n, rows.length);
      assert.equal((await totals({ facility: centreCode })).n, rows.length);
      assert.equal(all.n, (await list({})).length);
    });

    it("SYS-34: a free clinic of half a day does not satisfy the half-year, one of a day does", async () => {
      const half = await say(hospital, "assistance_activity", agreement.subject, "2025-12-01", { kind: "5", days: 0.5 });
      assert.equal((await owed(agreement.subject, "free_clinic"))[0].state, "due");
      const whole = await say(hospital, "assistance_activity", agreement.subject, "2025-12-02", { kind: "5", days: 1 });
      const [line] = await owed(agreement.subject, "free_clinic");
      assert.deepEqual([line.state, line.met_by], ["met", whole.id]);
      assert.equal((await hospital.fetch(`/api/records/${whole.id}/void`, { method: "POST", body: { reason: "登记有误，作废重填" } })).status, 200);
      assert.equal((await owed(agreement.subject, "free_clinic"))[0].state, "due");
      assert.equal((await outsider.fetch(`/api/records/${half.id}`)).status, 404);
      assert.equal((await receiver.fetch(`/api/records/${half.id}`)).status, 200);
    });

    it("SYS-34: with the month set to 30 days a trainee of 29 days does not count and one of 30 days does", async () => {
      const staff = (await receiver.fetch("/api/subjects/staff?limit=2")).body.items;
      assert.equal(staff.length, 2);
      const send = (who, finished_on) => say(receiver, "assistance_trainee", agreement.subject, "2025-12-30", { trainee: who.code, began_on: "2025-11-01", finished_on });
      await send(staff[0], "2025-11-29");
      assert.deepEqual((await owed(agreement.subject, "trainees")).map(({ state, done }) => [state, done])[0], ["due", 0]);
      await send(staff[0], "2025-11-30");
      await send(staff[0], "2025-12-05");
      assert.deepEqual((await owed(agreement.subject, "trainees")).map(({ state, done }) => [state, done])[0], ["due", 1]);
      await send(staff[1], "2025-11-30");
      assert.equal((await owed(agreement.subject, "trainees"))[0].state, "met");
    });

    it("SYS-33: in one round 11 of 22 townships meet the quarter, 10 do not, two visits to one count once", async () => {
      const village = (await admin.fetch("/api/areas")).body.areas.find(({ level }) => level === 5).code;
      const wrong = await hospital.fetch("/api/records", { method: "POST", body: { id: newId(), form: "guidance_visit", subject: centre, happened_on: "2025-11-03", answers: { township: village, round_no: 1 } } });
      assert.deepEqual(wrong.body.problems.map(({ code, where }) => [code, where]), [["REFERENCE_NO_TOWNSHIP", "/answers/township"]], wrong.text);
      const half = Math.ceil(townships.length / 2);
      await say(hospital, "guidance_centre", centre, "2025-09-01", { field_of_work: "1" });
      for (const township of townships.slice(0, half - 1)) await say(hospital, "guidance_visit", centre, "2025-11-03", { township, round_no: 1 });
      await say(hospital, "guidance_visit", centre, "2025-11-04", { township: townships[0], round_no: 1 });
      await say(hospital, "guidance_visit", centre, "2025-11-05", { township: townships.at(-1), round_no: 2 });
      const quarter = async () => (await owed(centre, "guidance", "facility")).find(({ due_on }) => due_on === "2025-12-31");
      let line = await quarter();
      assert.deepEqual([line.state, line.done, line.needed], ["due", half - 1, half]);
      const why = line.why.map(({ text }) => text.zh).join("\n");
      assert.match(why, new RegExp(`${half - 1}/${townships.length}`));
      assert.match(why, /尚未覆盖/);
      const last = await say(hospital, "guidance_visit", centre, "2025-12-31", { township: townships[half - 1], round_no: 1 });
      line = await quarter();
      assert.deepEqual([line.state, line.met_by, line.done], ["met", last.id, half]);
    });

    it("end with their register entry, and stored obligations equal a recomputation", async () => {
      assert.equal((await receiver.fetch(`/api/records/${agreement.id}/void`, { method: "POST", body: { reason: "协议未签，登记有误" } })).status, 200);
      assert.equal((await wholeList(receiver)).length, 0);
      assert.equal((await owed(agreement.subject, "trainees")).length, 0);
      const { code, out, err } = attempt("obligations", "verify", ...options, ...packs);
      assert.equal(code, 0, out + err);
    });
  });
}
