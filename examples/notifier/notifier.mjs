/**
 * Tells the customer of each order that has shipped, and publishes that it did. See README.md for what it promises.
 */
import { fileURLToPath } from 'node:url'
import { Admin, compatibilityPartitioner, Consumer, Producer } from '@platformatic/kafka'
import { deadLetter } from './dead-letter.mjs'
import { EventType, typeOf, UnreadableEvent } from './events.mjs'

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
// Nothing is told to the client of serializers: keys, values, and names and values of headers are bytes, and stay as they are.
const producer = new Producer({ ...kafka, idempotent: true, partitioner: compatibilityPartitioner })
const consumer = new Consumer({
  ...kafka,
  groupId: GROUP,
  autocommit: false,
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
    tell(event)
    const payload = { orderId: event.subject, trackingNumber: event.data.trackingNumber }
    await producer.send({ messages: [{ topic: TOLD, ...sent.reaction(event, `/${GROUP}`, payload) }] })
  } catch (error) {
    if (!(error instanceof UnreadableEvent)) {
      throw error
    }
    await keep(record, error)
  }
}

/** Stands for a mail to the customer. */
function tell({ subject, data }) {
  console.log(`To the customer of order ${subject}: your parcel ${JSON.stringify(data.trackingNumber)} is on its way`)
}

/** What can't be read is kept with the reason; what follows goes on. */
async function keep(record, error) {
  await producer.send({ messages: [{ topic: DEAD_LETTERS, ...deadLetter(record, GROUP, error) }] })
  log(`dead letter of ${record.topic}-${record.partition}@${record.offset}: ${error.message}`)
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
