import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deadLetter } from './dead-letter.mjs'
import { attributesOf, buffers, UnreadableEvent } from './events.mjs'

const PREFIX = 'mops-dead-letter-'
const TOO_LARGE = 1_048_588
const error = new UnreadableEvent('The payload is no JSON')

const record = changed => ({
  key: Buffer.from('key'),
  value: Buffer.from('value'),
  headers: buffers({ ce_id: '1' }),
  topic: 'orders',
  partition: 7,
  offset: 42n,
  ...changed,
})

const reasons = letter => [...attributesOf(letter.headers)].filter(([name]) => name.startsWith(PREFIX)).map(([name]) => name.slice(PREFIX.length))

const REASONS = [
  'id',
  'consumer-group',
  'error-class',
  'error-message',
  'attempts',
  'topic',
  'partition',
  'offset',
  'first-failed-at',
  'last-failed-at',
]

test('a dead letter is the record as it came, with the reason', () => {
  const letter = deadLetter(record(), 'notifier', error)
  const header = name => attributesOf(letter.headers).get(PREFIX + name)

  assert.equal(letter.key.toString(), 'key')
  assert.equal(letter.value.toString(), 'value')
  assert.equal(letter.partition, 7)
  assert.equal(attributesOf(letter.headers).get('ce_id'), '1')
  assert.deepEqual(reasons(letter), REASONS)
  assert.ok([...letter.headers].flat().every(Buffer.isBuffer), 'all of it is bytes')
  assert.equal(header('consumer-group'), 'notifier')
  assert.equal(header('error-class'), 'UnreadableEvent')
  assert.equal(header('error-message'), 'The payload is no JSON')
  assert.equal(header('attempts'), '1')
  assert.equal(header('topic'), 'orders')
  assert.equal(header('partition'), '7')
  assert.equal(header('offset'), '42')
})

test('a header that is there twice, or has no value, stays so', () => {
  const came = [
    ['a', '1'],
    ['b', 'between'],
    ['a', '2'],
  ].map(each => each.map(text => Buffer.from(text)))
  const letter = deadLetter(record({ headers: new Map([...came, [Buffer.from('none'), undefined]]) }), 'notifier', error)

  assert.deepEqual(
    [...letter.headers].slice(0, 4).map(([name, value]) => [name.toString(), value?.toString()]),
    [
      ['a', '1'],
      ['b', 'between'],
      ['a', '2'],
      ['none', undefined],
    ],
  )
})

test('a record without key and value stays so', () => {
  const letter = deadLetter(record({ key: undefined, value: undefined }), 'notifier', error)
  assert.equal(letter.key, undefined)
  assert.equal(letter.value, undefined)
})

test('the reasons of an earlier death are replaced', () => {
  const first = deadLetter(record(), 'notifier', error)
  const second = deadLetter({ ...first, topic: 'orders-notifier-dlt', partition: 7, offset: 0n }, 'notifier', error)
  assert.equal(second.headers.size, first.headers.size)
  assert.equal(attributesOf(second.headers).get(`${PREFIX}topic`), 'orders-notifier-dlt')
})

test('of a record that would be too large with its reasons they go alone, with its key', () => {
  for (const large of [
    { value: Buffer.alloc(TOO_LARGE - 300) },
    { headers: buffers({ ce_specversion: 'x'.repeat(TOO_LARGE - 300) }) },
    { headers: new Map(Array.from({ length: 100_000 }, () => [Buffer.from('a'), Buffer.from('')])) },
  ]) {
    const letter = deadLetter(record(large), 'notifier', error)
    assert.equal(letter.key.toString(), 'key')
    assert.equal(letter.value, undefined)
    assert.deepEqual(reasons(letter), [...REASONS, 'payload'])
    assert.equal(letter.headers.size, REASONS.length + 1)
    assert.equal(attributesOf(letter.headers).get(`${PREFIX}payload`), 'left out, too large')
    assert.equal(letter.partition, 7)
  }
})

test('a key that is too large goes with the rest; one that is only large stays, and names no partition by its hash', () => {
  assert.equal(deadLetter(record({ key: Buffer.alloc(TOO_LARGE - 300) }), 'notifier', error).key, undefined)
  const letter = deadLetter(record({ key: Buffer.alloc(900_000) }), 'notifier', error)
  assert.equal(letter.key.length, 900_000)
  assert.equal(letter.partition, 7)
})
