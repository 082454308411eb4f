// What the API says of its answers is true: every GET route is asked, as somebody who may, and its answer is held
// against the schema that the server serves. A route without an example here fails.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { lines, newId, ownAccount } from "../support/county.mjs";
import { jpeg } from "../support/media.mjs";
import { databases, logIn, makeCounty, startServer } from "../support/server.mjs";
import { faultsOf } from "../support/json_schema.mjs";

// Who asks, and with what; {resident}, {record}, {form}, {area} stand for ones that this account sees.
const examples = {
  "/api/health": ["doctor", ""],
  "/api/openapi.json": ["doctor", ""],
  "/metrics": ["admin", ""],
  "/api/demo": ["doctor", ""],
  "/api/session": ["doctor", ""],
  "/api/audit": ["admin", ""],
  "/api/residents/{id}/audit": ["doctor", "/api/residents/{resident}/audit"],
  "/api/residents/{id}/relations": ["doctor", "/api/residents/{resident}/relations"],
  "/api/emergencies": ["director", "/api/emergencies?state=all"],
  "/api/areas": ["county", ""],
  "/api/facilities": ["county", ""],
  "/api/forms": ["doctor", ""],
  "/api/forms/{id}": ["doctor", "/api/forms/{form}"],
  "/api/forms/{id}/records": ["doctor", "/api/forms/{form}/records?limit=20"],
  "/api/forms/{id}/print": ["doctor", "/api/forms/{form}/print"],
  "/api/records/{id}/print": ["doctor", "/api/records/{record}/print"],
  "/api/forms/{id}/records.csv": ["clinician", "/api/forms/{form}/records.csv?from=2025-06-01"],
  "/api/forms/{id}/context": ["doctor", "/api/forms/{form}/context?resident={resident}"],
  "/api/obligations": ["doctor", "/api/obligations?state=overdue,due,open&limit=100"],
  "/api/obligations/why": ["doctor", "/api/obligations/why?resident={resident}"],
  "/api/work": ["director", "/api/work?from=2025-06-23&until=2025-06-29"],
  "/api/worklist": ["clinician", "/api/worklist?state=overdue,due,open,waived,done&limit=100"],
  "/api/worklist/totals": ["clinician", "/api/worklist/totals?state=overdue,done"],
  "/api/worklist.csv": ["clinician", "/api/worklist.csv?state=overdue&area={area}"],
  "/api/worklist/views": ["clinician", ""],
  "/api/overview": ["county", "/api/overview?area={area}"],
  "/api/measures": ["county", "/api/measures?period=2025&earlier=3"],
  "/api/measures/{id}": ["county", "/api/measures/hypertension_norm_rate?from=2024&until=2025"],
  "/api/measures/{id}/paths": ["county", "/api/measures/public_clinic_share/paths?from=2023&until=2025"],
  "/api/measures/{id}/file": ["county", "/api/measures/hypertension_norm_rate/file?from=2024"],
  "/api/measures/{id}/cases/file": ["clinician", "/api/measures/quality_exam_incomplete/cases/file?period=2025"],
  "/api/plans/{plan}/file": ["county", "/api/plans/grassroots_2023/file"],
  "/api/scores/{id}/file": ["county", "/api/scores/public_health_work/file"],
  "/api/scores/bulletins/{bulletin}/file": ["county", ""],
  "/api/measures/{id}/cases": ["clinician", "/api/measures/quality_exam_incomplete/cases?period=2025&limit=20"],
  "/api/plans": ["county", ""],
  "/api/comparison": ["city", "/api/comparison?plan=grassroots_2023"],
  "/api/measures/{id}/hits": ["county", "/api/measures/quality_bp_copied/hits"],
  "/api/obligation-rules": ["doctor", ""],
  "/api/scores": ["county", ""],
  "/api/scores/{id}": ["county", "/api/scores/public_health_work"],
  "/api/scores/bulletins": ["county", ""],
  "/api/scores/bulletins/{bulletin}": ["county", ""],
  "/api/plans/{plan}": ["county", "/api/plans/grassroots_2023"],
  "/api/plans/{plan}/months": ["county", "/api/plans/paired_areas/months"],
  "/api/plans/{plan}/months/file": ["county", "/api/plans/paired_areas/months/file"],
  "/api/reminders": ["county", ""],
  "/api/plans/{plan}/changes": ["county", "/api/plans/grassroots_2023/changes?with=2025-03-31"],
  "/api/plans/{plan}/clauses/{clause}/trend": ["county", "/api/plans/grassroots_2023/clauses/01/trend"],
  "/api/plans/{plan}/clauses/{clause}": ["county", "/api/plans/grassroots_2023/clauses/01"],
  "/api/policy": ["county", "/api/policy?on=2025-06-30"],
  "/api/subjects/{kind}": ["county", "/api/subjects/facility"],
  "/api/subjects/{kind}/{id}": ["doctor", "/api/subjects/facility/{facility}"],
  "/api/subjects/{kind}/{id}/standards": ["county", "/api/subjects/facility/{facility}/standards"],
  "/api/obligations/others": ["county", ""],
  "/api/obligations/standings": ["county", "/api/obligations/standings?kind=agreement"],
  "/api/own": ["resident", ""],
  "/api/residents": ["doctor", "/api/residents?q={name}"],
  "/api/residents/{id}": ["doctor", "/api/residents/{resident}"],
  "/api/residents/{id}/events": ["doctor", "/api/residents/{resident}/events"],
  "/api/residents/{id}/entries": ["clinician", "/api/residents/{resident}/entries"],
  "/api/residents/{id}/obligations/explain": ["doctor", "/api/residents/{resident}/obligations/explain?rule=hypertension/followup"],
  "/api/residents/{id}/waivers": ["doctor", "/api/residents/{resident}/waivers"],
  "/api/resident-duplicates": ["clinician", ""],
  "/api/residents-unplaced": ["doctor", ""],
  "/api/households/{id}": ["doctor", "/api/households/{household}"],
  "/api/records/{id}": ["doctor", "/api/records/{record}"],
  "/api/records/{id}/history": ["doctor", "/api/records/{record}/history"],
  "/api/residents/{id}/records": ["doctor", "/api/residents/{resident}/records?limit=2&ended=1"],
  "/api/residents/{id}/charts": ["doctor", "/api/residents/{resident}/charts"],
  "/api/records/{id}/attachments/{hash}": ["doctor", "/api/records/{paper}/attachments/{file}"],
  "/api/residents/{id}/attachments/{hash}": ["doctor", "/api/residents/{resident}/attachments/{file}"],
  "/api/drafts": ["doctor", ""],
  "/api/drafts/{form}": ["doctor", "/api/drafts/{form}?resident={resident}"],
  "/api/system": ["admin", ""],
  "/api/devices": ["doctor", ""],
  "/api/accounts": ["admin", ""],
  "/api/accounts/{id}/sessions": ["admin", "/api/accounts/{account}/sessions"],
  "/api/sessions": ["doctor", ""],
  "/api/catchments": ["township", ""],
  "/api/staff": ["township", ""],
  "/api/grid": ["county", ""],
  "/api/grid/areas": ["county", "/api/grid/areas?area={area}"],
  "/api/grid/faults": ["county", ""],
  "/api/grid/file": ["county", ""],
  "/api/health-files/areas": ["county", ""],
  "/api/health-files/file": ["county", "/api/health-files/file?area={area}"],
  "/api/health-files": ["doctor", ""],
};

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => encodeURIComponent(values[name] ?? whole));
}

/** Whether the schema says "anything" somewhere. */
function saysAnything(schema) {
  if (Object.keys(schema).length === 0) return true;
  return [schema.items, ...(schema.anyOf ?? []), ...Object.values(schema.properties ?? {})].filter(Boolean).some(saysAnything);
}

describe("the checker of schemas", () => {
  it("finds a missing member, one too many, a wrong type and a wrong word", () => {
    const schema = {
      type: "object", required: ["a"], additionalProperties: false,
      properties: { a: { type: "integer" }, b: { anyOf: [{ type: "string", format: "date" }, { type: "null" }] }, c: { type: "string", enum: ["x"] } },
    };
    assert.deepEqual(faultsOf({ a: 1, b: null, c: "x" }, schema), []);
    assert.equal(faultsOf({ b: "2025-06-30" }, schema).length, 1);
    assert.equal(faultsOf({ a: 1, d: 1 }, schema).length, 1);
    assert.equal(faultsOf({ a: 1.5, b: "30.6.2025", c: "y" }, schema).length, 3);
    assert.throws(() => faultsOf(1, { minimum: 0 }), /minimum/);
  });
});

for (const [name, makeDatabase] of databases) {
  describe(`the API's description on ${name}`, () => {
    let server, description;
    const clients = {};
    const values = {};
    before(async () => {
      const options = makeCounty(makeDatabase, { places: "441322" });
      values.bulletin = lines("score freeze", [...options, "--place", "441322"], "--score", "public_health_work")[0].bulletin;
      server = await startServer(options);
      for (const login of ["doctor", "clinician", "director", "township", "county", "admin", "city"]) clients[login] = await logIn(server, login);
      description = (await clients.doctor.fetch("/api/openapi.json")).body;
      const { items } = (await clients.doctor.fetch("/api/obligations?state=overdue,due,open")).body;
      const { resident, form } = items.find((item) => item.last) ?? items[0];
      Object.assign(values, { resident: resident.id, name: resident.name, form, area: resident.area.slice(0, 9) });
      const { records, resident: who } = (await clients.doctor.fetch(`/api/residents/${resident.id}`)).body;
      values.household = who.household;
      values.facility = (await clients.doctor.fetch("/api/session")).body.account.facility.code;
      assert.equal((await clients.doctor.fetch("/api/devices", { method: "POST", body: { name: "手机" } })).status, 201);
      values.account = (await clients.admin.fetch("/api/accounts")).body.items[0].id;
      clients.resident = await ownAccount(server, clients.clinician, resident.id);
      const { cookie, csrf } = clients.doctor;
      const sent = await fetch(`${server.url}/api/residents/${resident.id}/attachments?form=paper_document&field=files`, {
        method: "POST", body: jpeg(), headers: { cookie, "x-csrf": csrf, "content-type": "image/jpeg" },
      });
      values.file = (await sent.json()).hash;
      values.paper = newId();
      const paper = { id: values.paper, form: "paper_document", subject: resident.id, happened_on: "2025-06-30", answers: { kind: "2", files: [values.file] } };
      assert.equal((await clients.doctor.fetch("/api/records", { method: "POST", body: paper })).status, 201);
      values.record = (records.find((record) => record.form === form) ?? records[0]).id;
    });
    after(() => server?.stop());

    it("is true of the answer of every GET route", async () => {
      const paths = Object.entries(description.paths).filter(([, operations]) => operations.get);
      assert.deepEqual(paths.map(([path]) => path).filter((path) => !examples[path]), [], "routes without an example");
      for (const [path, { get }] of paths) {
        const [login, address] = examples[path];
        const answer = await clients[login].fetch(fill(address || path, values));
        assert.equal(answer.status, 200, `${path}: ${answer.text.slice(0, 300)}`);
        const { content } = get.responses[200];
        const [media, { schema }] = Object.entries(content)[0];
        assert.ok(answer.headers.get("content-type").startsWith(media), path);
        const faults = faultsOf(answer.body ?? answer.text, schema, description.components.schemas);
        assert.deepEqual(faults.slice(0, 5), [], path);
        if (path !== "/api/openapi.json") assert.ok(!saysAnything(schema), `${path} says "any"`);
      }
    });

    it("is true of whole lists: every form, every village, every resident of a page", async () => {
      const check = async (path, address, login = "doctor") => {
        const answer = await clients[login].fetch(address);
        assert.equal(answer.status, 200, answer.text.slice(0, 300));
        const { schema } = description.paths[path].get.responses[200].content["application/json"];
        assert.deepEqual(faultsOf(answer.body, schema, description.components.schemas).slice(0, 5), [], address);
        return answer.body;
      };
      const { forms } = await check("/api/forms", "/api/forms");
      for (const { id } of forms) await check("/api/forms/{id}", `/api/forms/${id}`);
      await check("/api/overview", "/api/overview", "county");
      const { items } = await check("/api/obligations", "/api/obligations?state=overdue,due,open");
      for (const { resident } of items.slice(0, 10)) {
        const page = await check("/api/residents/{id}", `/api/residents/${resident.id}`);
        for (const { id } of page.records.slice(0, 4)) await check("/api/records/{id}", `/api/records/${id}`);
      }
    });

    it("describes the answers of each form by its fields", async () => {
      const { forms } = (await clients.doctor.fetch("/api/forms")).body;
      const { schemas } = description.components;
      assert.equal(schemas.answers.anyOf.length, forms.length);
      for (const { id } of forms) {
        const { definition } = (await clients.doctor.fetch(`/api/forms/${id}`)).body;
        assert.deepEqual(Object.keys(schemas[`answers_${id}`].properties), definition.fields.map((field) => field.id));
      }
      const { body } = await clients.doctor.fetch(`/api/records/${values.record}`);
      const wrong = Object.fromEntries(Object.keys(body.answers).map((field) => [field, { no: "answer" }]));
      assert.ok(faultsOf(wrong, schemas.answers, schemas).length > 0);
    });

    it("says what a refusal is", async () => {
      const answer = await clients.county.fetch("/api/system");
      assert.equal(answer.status, 403);
      const { schema } = description.paths["/api/system"].get.responses.default.content["application/problem+json"];
      assert.deepEqual(faultsOf(answer.body, schema, description.components.schemas), []);
    });
  });
}
