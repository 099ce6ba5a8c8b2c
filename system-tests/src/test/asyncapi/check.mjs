// Says what is wrong with an AsyncAPI document: what its parser finds, and examples that are not what their schemas say.
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
import { Ajv } from 'ajv';

const [file] = process.argv.slice(2);
const { document, diagnostics } = await new Parser().parse(readFileSync(file, 'utf8'));

// 0 is an error, 1 a warning; the rest are hints.
const faults = diagnostics
  .filter((diagnostic) => diagnostic.severity <= 1)
  .map(({ path, message }) => `${path.join('/')}: ${message}`);

// The parser looks at examples of AsyncAPI 2 only.
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
for (const message of document?.messages().all() ?? []) {
  for (const example of message.examples().all()) {
    for (const part of ['headers', 'payload']) {
      ajv.validate(message[part]().json(), example[part]());
      for (const error of ajv.errors ?? []) {
        faults.push(`${message.title()}: example/${part}${error.instancePath} ${error.message}`);
      }
    }
  }
}

if (document === undefined || faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
console.log(
  `AsyncAPI ${document.version()}: ${document.channels().length} channels, ` +
    `${document.messages().length} messages, ${document.operations().length} operations`,
);
