/**
 * Tells the customer of each order that has shipped, and publishes that it did. See README.md for what it promises.
 */
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { Admin, compatibilityPartitioner, Consumer, Producer, stringDeserializer, stringSerializer } from '@platformatic/kafka'
import { buffers, EventType, typeOf, UnreadableEvent } from './events.mjs'

const GROUP = 'notifier'
const HEARD = process.env.TOPIC ?? 'orders'
const TOLD = 'notifications'
const DEAD_LETTERS = `${HEARD}-${GROUP}-dlt`
// That of the platform, for life: another count would send the next event of a key to another partition.
const PARTITIONS = 12

const schemas = folder => fileURLToPath(new URL(folder, import.meta.url))
const shipped = new EventType(schemas('../../common-events/src/main/resources/schemas'), 'order.shipped', 1)
const sent = new EventType(schemas('schemas'), 'notification.sent', 1)

const kafka = {
  clientId: GROUP,
  bootstrapBrokers: (process.env.KAFKA ?? '127.0.0.1:19092').split(','),
  // Once a second: a broker may be away for so long. Then the program ends, and whoever supervises it starts it again.
  retries: 30,
}
// Idempotent: acknowledged by all replicas, one request at a time, and what is sent again does not stand there twice.
// The partitioner is that of Java's clients, so that a key has one partition whoever publishes for it.
const producer = new Producer({
  ...kafka,
  idempotent: true,
  partitioner: compatibilityPartitioner,
  serializers: { headerKey: stringSerializer },
})
const consumer = new Consumer({
  ...kafka,
  groupId: GROUP,
  autocommit: false,
  // Only the name of a header is text for sure: a dead letter keeps the bytes of the rest.
  deserializers: { headerKey: stringDeserializer },
  // So long a killed notifier that is back waits for its former self.
  sessionTimeout: 6000,
  heartbeatInterval: 2000,
  maxWaitTime: 500,
})
try {
  await run()
} catch (error) {
  log(`ends: ${reasons(error).join(': ')}`)
  process.exit(1)
}

async function run() {
  await createTopics()
  const records = await consumer.consume({ topics: [HEARD], mode: 'committed', fallbackMode: 'earliest' })
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => records.close())
  }
  log(`reads ${HEARD}, writes ${TOLD}`)
  // One after the other: the order of a key's events is kept, and an offset is committed when all before it are done.
  // Whatever fails here ends the program. The next one begins at the last commit.
  for await (const record of records) {
    await handle(record)
    await record.commit()
  }
  await consumer.close(true)
  await producer.close()
}

async function handle(record) {
  const type = typeOf(record.headers)
  if (type !== undefined && type !== shipped.type) {
    return
  }
  try {
    const event = shipped.read(record)
    tell(event.data)
    const { orderId, trackingNumber } = event.data
    await producer.send({ messages: [{ topic: TOLD, ...sent.reaction(event, `/${GROUP}`, { orderId, trackingNumber }) }] })
  } catch (error) {
    if (!(error instanceof UnreadableEvent)) {
      throw error
    }
    await keep(record, error)
  }
}

/** Stands for a mail to the customer. */
function tell({ orderId, trackingNumber }) {
  console.log(`To the customer of order ${orderId}: your parcel ${JSON.stringify(trackingNumber)} is on its way`)
}

/** What can't be read is kept as it came, with the reason, in the form of the platform's dead letters; what follows goes on. */
async function keep({ key, value, headers, topic, partition, offset }, error) {
  const now = new Date().toISOString()
  const reason = buffers({
    'mops-dead-letter-id': randomUUID(),
    'mops-dead-letter-consumer-group': GROUP,
    'mops-dead-letter-error-class': error.name,
    'mops-dead-letter-error-message': error.message,
    'mops-dead-letter-attempts': 1,
    'mops-dead-letter-topic': topic,
    'mops-dead-letter-partition': partition,
    'mops-dead-letter-offset': offset,
    'mops-dead-letter-first-failed-at': now,
    'mops-dead-letter-last-failed-at': now,
  })
  await producer.send({ messages: [{ topic: DEAD_LETTERS, key, value, headers: new Map([...headers, ...reason]) }] })
  log(`dead letter of ${topic}-${partition}@${offset}: ${error.message}`)
}

/** Like the services: whoever is first creates them. */
async function createTopics() {
  const admin = new Admin(kafka)
  const there = await admin.listTopics()
  for (const topic of [HEARD, TOLD, DEAD_LETTERS].filter(each => !there.includes(each))) {
    try {
      await admin.createTopics({
        topics: [topic],
        partitions: PARTITIONS,
        replicas: -1,
        configs: [{ name: 'retention.ms', value: '-1' }],
      })
    } catch (error) {
      if (!error.findBy?.('apiId', 'TOPIC_ALREADY_EXISTS')) {
        throw error
      }
    }
  }
  await admin.close()
}

function log(line) {
  console.error(`${new Date().toISOString()} ${GROUP} ${line}`)
}

/** The client wraps what it meets; of errors that came again and again the last one counts. */
function reasons(error) {
  return [error.message, ...(error.errors?.length ? reasons(error.errors.at(-1)) : [])]
}
