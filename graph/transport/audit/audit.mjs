// Runs the audits of the GraphQL over HTTP specification against a server: node audit.mjs http://127.0.0.1:8080/graphql
// Prints a line for each, then the counts; exits with 1 if any failed, whatever its level (MUST, SHOULD or MAY).
import { serverAudits } from 'graphql-http';

const url = process.argv[2];
const passed = { MUST: 0, SHOULD: 0, MAY: 0 };
const failed = { MUST: 0, SHOULD: 0, MAY: 0 };

for (const audit of serverAudits({ url })) {
  const result = await audit.fn();
  const level = audit.name.split(' ')[0];
  (result.status === 'ok' ? passed : failed)[level]++;
  console.log(`${result.status === 'ok' ? 'ok  ' : 'FAIL'} ${audit.id} ${audit.name}${result.reason ? ': ' + result.reason : ''}`);
}

const count = (of) => of.MUST + of.SHOULD + of.MAY;
console.log(`${count(passed)} passed (MUST ${passed.MUST}, SHOULD ${passed.SHOULD}, MAY ${passed.MAY}), ${count(failed)} failed`);
process.exit(count(failed) === 0 ? 0 : 1);
