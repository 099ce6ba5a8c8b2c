/**
 * The record of a dead letter topic, as the services write it: the original one, with headers that say why it is here.
 * Nothing here knows Kafka's client.
 */
import { randomUUID } from 'node:crypto'
import { buffers } from './events.mjs'

const PREFIX = 'mops-dead-letter-'

// Kafka takes 1 MiB by default, its own framing included; what it refuses would come again at each start.
const LARGEST = 1_000_000

/** What is kept of a record that can't be read. */
export function deadLetter({ key, value, headers, topic, partition, offset }, group, error) {
  const now = new Date().toISOString()
  const reasons = prefixed({
    id: randomUUID(),
    'consumer-group': group,
    'error-class': error.name,
    'error-message': error.message,
    attempts: 1,
    topic,
    partition,
    offset,
    'first-failed-at': now,
    'last-failed-at': now,
  })
  // Those of an earlier death are replaced: they must not grow from hop to hop.
  const came = [...headers].filter(([name]) => !String(name).startsWith(PREFIX))
  // That of the original, so that those of a key stay in their order. To hash a key of any length could take minutes.
  const letter = { key, value, headers: new Map([...came, ...reasons]), partition }
  if (size(letter) <= LARGEST) {
    return letter
  }
  // Too large with its reasons: they go alone, and say where the rest stands.
  return {
    key: key?.length > LARGEST / 2 ? undefined : key,
    value: undefined,
    headers: new Map([...reasons, ...prefixed({ payload: 'left out, too large' })]),
    partition,
  }
}

const prefixed = reasons => buffers(Object.fromEntries(Object.entries(reasons).map(([name, value]) => [PREFIX + name, value])))

const size = ({ key, value, headers }) =>
  [...headers].reduce((sum, [name, header]) => sum + name.length + (header?.length ?? 0) + 10, (key?.length ?? 0) + (value?.length ?? 0))
