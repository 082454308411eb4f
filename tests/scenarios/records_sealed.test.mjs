// Names and numbers of a sheet of personal information: each shows its own, voiding brings the earlier ones back.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { newId, submit, wholeList } from "../support/county.mjs";
import { databases, logIn, makeCounty, startServer } from "../support/server.mjs";

const plain = {
  id_type: "01",
  id_number: "99660119760704003X",
  phone: "12900001111",
  contact_name: "测试丁",
  contact_phone: "12900002222",
  address: "测试村1号",
  residence_type: "1",
  ethnic_group: "01",
  blood_abo: "1",
  blood_rh: "2",
  education: "1",
  occupation: "1",
  marital_status: "2",
  payment_types: ["1"],
  drug_allergies: ["1"],
  exposures: ["1"],
  past_diseases: ["1"],
  operation: "1",
  trauma: "1",
  transfusion: "1",
  family_father: ["1"],
  family_mother: ["1"],
  family_siblings: ["1"],
  family_children: ["1"],
  hereditary_disease: "1",
  disabilities: ["1"],
};

for (const [name, makeDatabase] of databases) {
  describe(`sealed answers, on ${name}`, () => {
    let server, doctor, clinician, resident;
    before(async () => {
      server = await startServer(makeCounty(makeDatabase));
      [doctor, clinician] = await Promise.all(["doctor", "clinician"].map((login) => logIn(server, login)));
      resident = (await get(`/api/residents/${(await wholeList(doctor))[0].resident.id}`)).resident;
    });
    after(() => server?.stop());

    async function get(path, client = doctor) {
      const answer = await client.fetch(path);
      assert.equal(answer.status, 200, answer.text);
      return answer.body;
    }
    const sheet = (answers, more) => ({
      id: newId(),
      form: "personal_information",
      subject: resident.id,
      happened_on: "2025-06-29",
      answers: { ...plain, sex: resident.sex, birth_date: resident.birth_date, ...answers },
      confirmed: [],
      ...more,
    });
    const known = async () => (await get(`/api/residents/${resident.id}`)).resident;
    const finds = async (words) => (await get(`/api/residents?q=${encodeURIComponent(words)}`)).items.some(({ id }) => id === resident.id);
    async function submitted(body) {
      const answer = await submit(doctor, body);
      assert.equal(answer.status, 201, answer.text);
      return body.id;
    }
    async function shown(id) {
      const { name, phone, contact_name: contact } = (await get(`/api/records/${id}`)).answers;
      return [name, phone, contact];
    }
    async function voided(id) {
      const answer = await clinician.fetch(`/api/records/${id}/void`, { method: "POST", body: { reason: "录错人" } });
      assert.equal(answer.status, 200, answer.text);
    }

    it("finds on the sheets of the demo county what the register says", async () => {
      let sheets = 0;
      for (const { resident: person } of (await wholeList(clinician)).slice(0, 60)) {
        const { resident: register, records } = await get(`/api/residents/${person.id}`, clinician);
        for (const { id } of records.filter(({ form }) => form === "personal_information")) {
          const { answers } = await get(`/api/records/${id}`, clinician);
          assert.deepEqual([answers.name, answers.address], [register.name, register.address]);
          sheets++;
        }
      }
      assert.ok(sheets >= 3, `${sheets} sheets`);
    });

    it("shows each version its own and brings the earlier name back", async () => {
      const number = { id_type: undefined, id_number: undefined };
      const first = await submitted(sheet({ ...number, name: "赵测试" }));
      const second = await submitted(sheet({ ...number, name: "钱样本", phone: "12900003333" }, { happened_on: "2025-06-30" }));
      const third = await submitted(
        sheet({ ...number, name: "孙样例", phone: "12900004444", contact_name: "测试戊" }, { happened_on: "2025-06-30", amends: second, reason: "姓名录错" }),
      );
      assert.equal((await known()).name, "孙样例");
      assert.deepEqual(await shown(first), ["赵测试", "12900001111", "测试丁"]);
      assert.deepEqual(await shown(second), ["钱样本", "12900003333", "测试丁"]);
      assert.deepEqual(await shown(third), ["孙样例", "12900004444", "测试戊"]);

      await voided(third);
      assert.equal((await known()).name, "赵测试");
      assert.deepEqual([await finds("赵测试"), await finds("ZCS"), await finds("12900001111")], [true, true, true]);
      assert.deepEqual([await finds("孙样例"), await finds("钱样本"), await finds("12900004444")], [false, false, false]);
      assert.deepEqual(await shown(third), ["孙样例", "12900004444", "测试戊"]);

      await voided(first);
      const back = await known();
      assert.deepEqual([back.name, back.phone, back.address], [resident.name, resident.phone, resident.address]);
      assert.equal(await finds(resident.name), true);
      assert.equal(await finds("赵测试"), false);
    });

    it("neither shows nor amends a sheet of somebody out of sight", async () => {
      const mine = new Set((await wholeList(doctor)).map((line) => line.resident.id));
      const stranger = (await wholeList(clinician)).find((line) => !mine.has(line.resident.id)).resident;
      const more = { subject: stranger.id };
      const { sex, birth_date } = stranger;
      const body = sheet({ name: "李测试", sex, birth_date, id_type: undefined, id_number: undefined }, more);
      assert.equal((await submit(clinician, body)).status, 201);
      assert.equal((await doctor.fetch(`/api/records/${body.id}`)).status, 404);
      const amendment = { ...body, id: newId(), amends: body.id, reason: "姓名录错" };
      assert.equal((await submit(doctor, amendment)).status, 404);
      assert.equal((await get(`/api/residents/${stranger.id}`, clinician)).resident.name, "李测试");
    });
  });
}
