import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { attributesOf, buffers, EventType, typeOf, UnreadableEvent } from './events.mjs'

const file = path => fileURLToPath(new URL(path, import.meta.url))
const shipped = new EventType(file('../../common-events/src/main/resources/schemas'), 'order.shipped', 1)
const sent = new EventType(file('schemas'), 'notification.sent', 1)
const order = '0199a3f0-5d00-7000-8000-000000000001'

const lines = path => readFileSync(file(path), 'utf8').split(/\r?\n/)

/** A record that is kept as text: a line for its key, one for each header, an empty one, and one for its value. */
function kept(path) {
  const [key, ...rest] = lines(path)
  const headers = rest.slice(0, rest.indexOf(''))
  return {
    key: Buffer.from(key.replace('key: ', '')),
    value: Buffer.from(rest[headers.length + 1]),
    headers: buffers(Object.fromEntries(headers.map(line => line.split(/: (.*)/)))),
  }
}

/** The bytes that were released with order.shipped/1.0, some of them changed. */
function record({ headers = {}, payload = data => data, ...changed } = {}) {
  const released = kept('../../common-events/src/test/resources/wire/order.shipped/1.0.txt')
  return {
    key: released.key,
    value: Buffer.from(JSON.stringify(payload(JSON.parse(released.value)))),
    headers: buffers({ ...Object.fromEntries(attributesOf(released.headers)), ...headers }),
    ...changed,
  }
}

const unreadable = (change, message) => assert.throws(() => shipped.read(record(change)), { constructor: UnreadableEvent, message })

test('what was released is read', () => {
  assert.equal(typeOf(record().headers), 'order.shipped')
  assert.deepEqual(shipped.read(record()), {
    id: '0199a3f0-5d00-7000-8000-0000000000e7',
    type: 'order.shipped',
    source: '/shipping-service',
    subject: order,
    correlationId: '0199a3f0-5d00-7000-8000-0000000000e1',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    data: {
      orderId: order,
      shipmentId: '0199a3f0-5d00-7000-8000-000000000003',
      carrier: 'Simulated Carrier',
      trackingNumber: 'MOPS0000000042',
    },
  })
})

test('a later minor version is read, with the fields that it adds', () => {
  const later = record({ headers: { ce_dataschema: 'order.shipped/1.7' }, payload: data => ({ ...data, weight: 3 }) })
  assert.equal(shipped.read(later).data.trackingNumber, 'MOPS0000000042')
})

test('another major version is unreadable', () => {
  unreadable(
    { headers: { ce_dataschema: 'order.shipped/2.0' } },
    'The major version of order.shipped/2.0 is unknown: this build reads order.shipped 1.x',
  )
})

test('a payload that violates the schema is unreadable, and not quoted', () => {
  unreadable(
    { payload: data => ({ ...data, trackingNumber: 4711 }) },
    'The payload of order.shipped is not order.shipped/1.0: /trackingNumber: must be string',
  )
})

test('an event whose key, subject and payload differ is unreadable', () => {
  unreadable({ key: Buffer.from('another') }, /record key .* is not its subject/)
  unreadable({ key: undefined }, /record key .* is not its subject/)
  unreadable({ headers: { ce_subject: 'another' } }, /subject .* is not the key of its payload/)
})

test('a header that is missing is named', () => {
  for (const name of ['ce_specversion', 'ce_id', 'ce_type', 'ce_source', 'ce_subject', 'ce_dataschema']) {
    unreadable({ headers: { [name]: undefined } }, `The header ${name} is missing`)
  }
})

test('of a header that is there twice the last one counts', () => {
  const twice = record()
  twice.headers = new Map([...buffers({ ce_id: 'another', ce_type: 'another' }), ...twice.headers])
  assert.equal(typeOf(twice.headers), 'order.shipped')
  assert.equal(shipped.read(twice).id, '0199a3f0-5d00-7000-8000-0000000000e7')
})

test('an id or source that nobody could keep is unreadable, and not quoted', () => {
  for (const name of ['ce_id', 'ce_source', 'ce_correlationid']) {
    assert.equal(shipped.read(record({ headers: { [name]: 'x'.repeat(255) } })).data.orderId, order)
    for (const value of ['', 'x'.repeat(256), 'x'.repeat(600_000), 'two\nlines', 'an escape \u009b']) {
      unreadable(
        { headers: { [name]: value } },
        `The header ${name} is empty, longer than 255 characters, or holds characters that can't be printed`,
      )
    }
  }
  // The correlation id, which would be this one, is another header.
  unreadable({ headers: { ce_id: 'x'.repeat(600_000), ce_correlationid: undefined } }, /^The header ce_id is empty, longer/)
})

test('what a message quotes of a header is one line, and cut', () => {
  const hostile = `9.9\n2026-11-22 all is well\u202e\u001b[2J${'x'.repeat(600_000)}`
  const shown = `9.9?2026-11-22 all is well?[2J${'x'.repeat(224)}`
  unreadable({ headers: { ce_specversion: hostile } }, `The header ce_specversion is ${shown}, not 1.0`)
  unreadable({ headers: { ce_type: hostile } }, `The event type ${shown} is not order.shipped`)
  unreadable({ headers: { ce_time: hostile } }, `The time '${shown}' is not RFC 3339`)
  unreadable(
    { headers: { ce_dataschema: hostile } },
    `The dataschema of order.shipped is order.shipped/<major>.<minor>, not ${shown}`,
  )
  unreadable(
    { headers: { ce_dataschema: `order.shipped/${'9'.repeat(600_000)}.0` } },
    `The dataschema of order.shipped is order.shipped/<major>.<minor>, not order.shipped/${'9'.repeat(241)}`,
  )
})

test('a time that is none is unreadable; without a time that of the record counts', () => {
  for (const time of ['yesterday', '2026-03-01T10:15:30', '']) {
    unreadable({ headers: { ce_time: time } }, `The time '${time}' is not RFC 3339`)
  }
  for (const time of ['2026-03-01T10:15:30.123456Z', '2026-03-01T10:15:30+01:00', undefined]) {
    assert.equal(shipped.read(record({ headers: { ce_time: time } })).data.orderId, order)
  }
})

test('a payload that is not there, is no JSON or no UTF-8 is unreadable, and not quoted', () => {
  unreadable({ value: undefined }, 'An event of type order.shipped has no payload')
  for (const value of ['{"orderId":', '[', 'x'.repeat(1_000_000), '[['.repeat(500_000)]) {
    unreadable({ value: Buffer.from(value) }, 'The payload of order.shipped is no JSON')
  }
  unreadable({ value: Buffer.of(0x22, 0xff, 0x22) }, 'The payload of order.shipped is no JSON')
  unreadable({ payload: () => null }, 'The payload of order.shipped is not order.shipped/1.0: /: must be object')
})

test('an order id is a UUID and nothing else, and its event has it in lower case', () => {
  const urn = `urn:uuid:${order}`
  unreadable(
    { key: Buffer.from(urn), headers: { ce_subject: urn }, payload: data => ({ ...data, orderId: urn }) },
    /^The payload of order\.shipped is not order\.shipped\/1\.0: \/orderId: must match format "uuid"/,
  )
  const lower = order.replace('8000', 'abcd')
  const upper = lower.toUpperCase()
  const payload = data => ({ ...data, orderId: upper })
  assert.equal(shipped.read(record({ key: Buffer.from(lower), headers: { ce_subject: lower }, payload })).subject, lower)
  unreadable({ key: Buffer.from(upper), headers: { ce_subject: upper }, payload }, /is not the key of its payload/)
})

test('a trace context that is none is not passed on', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  assert.equal(shipped.read(record({ headers: { traceparent } })).traceparent, traceparent)
  for (const none of ['x'.repeat(600_000), traceparent.toUpperCase(), `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, undefined]) {
    assert.equal(shipped.read(record({ headers: { traceparent: none } })).traceparent, undefined)
  }
})

test('a reaction names what it follows from, and is the same event each time', () => {
  const cause = shipped.read(record())
  const reaction = () => sent.reaction(cause, '/notifier', { orderId: order, trackingNumber: 'MOPS0000000042' })
  const { key, value, headers } = reaction()
  const header = name => attributesOf(headers).get(name)

  assert.equal(key.toString(), order)
  assert.equal(value.toString(), `{"orderId":"${order}","trackingNumber":"MOPS0000000042"}`)
  assert.equal(header('ce_id'), 'dd3b7728-1e75-5d8a-9515-602a1d99a28e')
  assert.equal(attributesOf(reaction().headers).get('ce_id'), header('ce_id'))
  assert.equal(header('ce_type'), 'notification.sent')
  assert.equal(header('ce_dataschema'), 'notification.sent/1.0')
  assert.equal(header('ce_subject'), order)
  assert.equal(header('ce_correlationid'), cause.correlationId)
  assert.equal(header('ce_causationid'), cause.id)
  assert.equal(header('traceparent'), cause.traceparent)

  const other = sent.reaction({ ...cause, id: 'another' }, '/notifier', { orderId: order, trackingNumber: 'MOPS0000000042' })
  assert.notEqual(attributesOf(other.headers).get('ce_id'), header('ce_id'))
})

test('what violates its own schema is not written', () => {
  assert.throws(() => sent.reaction(shipped.read(record()), '/notifier', { orderId: order }), {
    message: "The payload is not notification.sent/1.0: /: must have required property 'trackingNumber'",
  })
})

test('what was released of its own event is still written so, and read', t => {
  const released = kept('wire/notification.sent/1.0.txt')
  t.mock.timers.enable({ apis: ['Date'], now: Date.parse(attributesOf(released.headers).get('ce_time')) })
  const { key, value, headers } = sent.reaction(shipped.read(record()), '/notifier', {
    orderId: order,
    trackingNumber: 'MOPS0000000042',
  })

  assert.equal(key.toString(), released.key.toString())
  assert.equal(value.toString(), released.value.toString())
  assert.deepEqual([...attributesOf(headers)], [...attributesOf(released.headers)])
  assert.deepEqual(sent.read(released).data, { orderId: order, trackingNumber: 'MOPS0000000042' })
})

test('a released schema never changes, and stays; each has a digest and a record', () => {
  const digests = new Map(
    lines('schemas/released.sha256').filter(Boolean).map(line => line.split('  ').reverse()),
  )
  const schemas = readdirSync(file('schemas'), { recursive: true }).map(path => path.replaceAll('\\', '/')).filter(path => path.endsWith('.json'))
  assert.deepEqual([...digests.keys()], schemas.sort(), 'schemas/released.sha256 has a line for each schema: its digest, two spaces, its path')
  for (const [path, digest] of digests) {
    // Of the lines, however a checkout ends them.
    const found = createHash('sha256').update(lines(`schemas/${path}`).join('\n')).digest('hex')
    assert.equal(found, digest, `${path} has been released and was changed. A released schema never changes: take the change back, and make it in a new version`)
    assert.ok(existsSync(file(`wire/${path.replace('.json', '.txt')}`)), `${path} has no record in wire`)
  }
})
