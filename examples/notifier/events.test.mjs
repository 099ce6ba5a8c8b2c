import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { buffers, EventType, typeOf, UnreadableEvent } from './events.mjs'

const file = path => fileURLToPath(new URL(path, import.meta.url))
const shipped = new EventType(file('../../common-events/src/main/resources/schemas'), 'order.shipped', 1)
const sent = new EventType(file('schemas'), 'notification.sent', 1)
const order = '0199a3f0-5d00-7000-8000-000000000001'

/** The bytes that were released with order.shipped/1.0, some of them changed. */
function record({ headers = {}, payload = data => data, key = order } = {}) {
  const [head, value] = readFileSync(file('../../common-events/src/test/resources/wire/order.shipped/1.0.txt'), 'utf8').split('\n\n')
  const released = Object.fromEntries(head.split('\n').slice(1).map(line => line.split(/: (.*)/)))
  return {
    key: Buffer.from(key),
    value: Buffer.from(JSON.stringify(payload(JSON.parse(value)))),
    headers: buffers({ ...released, ...headers }),
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
  unreadable({ key: 'another' }, /record key .* is not its subject/)
  unreadable({ headers: { ce_subject: 'another' } }, /subject .* is not the key of its payload/)
})

test('a header that is missing is named', () => {
  for (const name of ['ce_specversion', 'ce_id', 'ce_source', 'ce_subject', 'ce_dataschema']) {
    unreadable({ headers: { [name]: undefined } }, `The header ${name} is missing`)
  }
})

test('a reaction names what it follows from, and is the same event each time', () => {
  const cause = shipped.read(record())
  const reaction = () => sent.reaction(cause, '/notifier', { orderId: order, trackingNumber: 'MOPS0000000042' })
  const { key, value, headers } = reaction()
  const header = name => headers.get(name).toString()

  assert.equal(key.toString(), order)
  assert.equal(value.toString(), `{"orderId":"${order}","trackingNumber":"MOPS0000000042"}`)
  assert.equal(header('ce_id'), 'dd3b7728-1e75-5d8a-9515-602a1d99a28e')
  assert.equal(reaction().headers.get('ce_id').toString(), header('ce_id'))
  assert.equal(header('ce_type'), 'notification.sent')
  assert.equal(header('ce_dataschema'), 'notification.sent/1.0')
  assert.equal(header('ce_subject'), order)
  assert.equal(header('ce_correlationid'), cause.correlationId)
  assert.equal(header('ce_causationid'), cause.id)
  assert.equal(header('traceparent'), cause.traceparent)

  const other = sent.reaction({ ...cause, id: 'another' }, '/notifier', { orderId: order, trackingNumber: 'MOPS0000000042' })
  assert.notEqual(other.headers.get('ce_id').toString(), header('ce_id'))
})

test('what violates its own schema is not written', () => {
  assert.throws(() => sent.reaction(shipped.read(record()), '/notifier', { orderId: order }), {
    message: "The payload is not notification.sent/1.0: /: must have required property 'trackingNumber'",
  })
})
