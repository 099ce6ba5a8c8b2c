/**
 * Events as they stand in Kafka: CloudEvents 1.0 in binary mode. The attributes are headers, the value is the payload's
 * JSON, and its schema is a file. Nothing here knows Kafka's client.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import addFormats from 'ajv-formats'
import Ajv from 'ajv/dist/2020.js'

// The namespace of the ids that are made here: any UUID, and always the same.
const NAMESPACE = Buffer.from('5f0f7a5c7f0b4c0e9c0d1b7b1f6f0a11', 'hex')

// As for the services: what identifies an event is kept by its readers, who can't keep text of any length.
const IDENTIFIER = /^[^\u0000-\u001f\u007f-\u009f]{1,255}$/

// What may look like another line of a log, or be taken as a command by a terminal.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu
const LONGEST_QUOTE = 255

const TRACEPARENT = /^00-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/

// The format of the library also takes urn:uuid:…, which is the key of nobody's events.
const compile = schema =>
  addFormats(new Ajv({ allErrors: true })).addFormat('uuid', /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i).compile(schema)

const isTime = compile({ type: 'string', format: 'date-time' })

/**
 * A record that is no event which this program can read. The message names places and rules; it quotes no payload, and of
 * headers no more than a line.
 */
export class UnreadableEvent extends Error {
  name = 'UnreadableEvent'
}

/**
 * One type of event in one major version.
 *
 * Of the minors the newest counts that has been released: a minor only adds what may be left out, so its schema holds for
 * the records of those before it, and of those after it nothing but unknown fields can come.
 */
export class EventType {
  #validate

  constructor(folder, type, major) {
    const versions = readdirSync(join(folder, type))
      .map(file => /^(\d+)\.(\d+)\.json$/.exec(file))
      .filter(version => version && Number(version[1]) === major)
      .sort((one, other) => Number(one[2]) - Number(other[2]))
    if (versions.length === 0) {
      throw new Error(`There is no schema of ${type}/${major}.x in ${folder}`)
    }
    const file = versions.at(-1)[0]
    this.type = type
    this.major = major
    this.dataSchema = `${type}/${file.replace('.json', '')}`
    this.#validate = compile(JSON.parse(readFileSync(join(folder, type, file), 'utf8')))
  }

  /** The event of a record of this type. */
  read({ key, value, headers }) {
    const attributes = attributesOf(headers)
    const required = name => {
      const attribute = attributes.get(name)
      if (attribute === undefined) {
        throw new UnreadableEvent(`The header ${name} is missing`)
      }
      return attribute
    }
    const identifier = name => {
      const attribute = required(name)
      if (!IDENTIFIER.test(attribute)) {
        throw new UnreadableEvent(`The header ${name} is empty, longer than 255 characters, or holds characters that can't be printed`)
      }
      return attribute
    }
    const specVersion = required('ce_specversion')
    if (specVersion !== '1.0') {
      throw new UnreadableEvent(`The header ce_specversion is ${quoted(specVersion)}, not 1.0`)
    }
    const type = required('ce_type')
    if (type !== this.type) {
      throw new UnreadableEvent(`The event type ${quoted(type)} is not ${this.type}`)
    }
    const dataSchema = required('ce_dataschema')
    const [, of, major] = /^(.+)\/([1-9]\d{0,8})\.(?:0|[1-9]\d{0,8})$/.exec(dataSchema) ?? []
    if (of !== type) {
      throw new UnreadableEvent(`The dataschema of ${type} is ${type}/<major>.<minor>, not ${quoted(dataSchema)}`)
    }
    if (Number(major) !== this.major) {
      throw new UnreadableEvent(`The major version of ${dataSchema} is unknown: this build reads ${type} ${this.major}.x`)
    }
    const time = attributes.get('ce_time')
    if (time !== undefined && !isTime(time)) {
      throw new UnreadableEvent(`The time '${quoted(time)}' is not RFC 3339`)
    }
    const traceparent = attributes.get('traceparent')
    const id = identifier('ce_id')
    const event = {
      id,
      type,
      source: identifier('ce_source'),
      subject: required('ce_subject'),
      correlationId: attributes.get('ce_correlationid') === undefined ? id : identifier('ce_correlationid'),
      // What is none is passed on to nobody: that is W3C's rule.
      traceparent: TRACEPARENT.test(traceparent) ? traceparent : undefined,
      data: this.#payload(value),
    }
    // In lower case, as every service writes a UUID.
    if (event.subject !== event.data.orderId.toLowerCase()) {
      throw new UnreadableEvent(`The subject of ${type} ${quoted(id)} is not the key of its payload`)
    }
    if (key?.toString() !== event.subject) {
      throw new UnreadableEvent(`The record key of ${type} ${quoted(id)} is not its subject`)
    }
    return event
  }

  /**
   * What a reaction to an event publishes: key, value and headers. The id follows from the event that led here, so that a
   * repeated reaction is the same event again, which the inbox of its readers drops.
   */
  reaction(cause, source, data) {
    const violations = this.#violations(data)
    if (violations) {
      throw new TypeError(`The payload is not ${this.dataSchema}: ${violations}`)
    }
    return {
      key: Buffer.from(data.orderId),
      value: Buffer.from(JSON.stringify(data)),
      headers: buffers({
        ce_specversion: '1.0',
        ce_id: reactionId(cause, this.type),
        ce_type: this.type,
        ce_source: source,
        ce_subject: data.orderId,
        ce_time: new Date().toISOString(),
        ce_dataschema: this.dataSchema,
        'content-type': 'application/json',
        ce_correlationid: cause.correlationId,
        ce_causationid: cause.id,
        traceparent: cause.traceparent,
      }),
    }
  }

  #payload(value) {
    if (!value) {
      throw new UnreadableEvent(`An event of type ${this.type} has no payload`)
    }
    let data
    try {
      data = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value))
    } catch {
      // Its message would quote the payload.
      throw new UnreadableEvent(`The payload of ${this.type} is no JSON`)
    }
    const violations = this.#violations(data)
    if (violations) {
      throw new UnreadableEvent(`The payload of ${this.type} is not ${this.dataSchema}: ${violations}`)
    }
    return data
  }

  #violations(data) {
    return this.#validate(data)
      ? undefined
      : this.#validate.errors.slice(0, 5).map(({ instancePath, message }) => `${instancePath || '/'}: ${message}`).join('; ')
  }
}

/** The type of a record's event, by its header alone; undefined where it is no CloudEvent in binary mode. */
export const typeOf = headers => attributesOf(headers).get('ce_type')

/** Headers as text, by their names; of those of one name the last one counts, as for the services. */
export const attributesOf = headers => new Map([...headers].map(([name, value]) => [String(name), value?.toString()]))

/** The UUID (version 5, of a name) of what a cause leads to. */
export function reactionId(cause, type) {
  const name = `${cause.source}\n${cause.id}\n${type}`
  const bytes = createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16)
  bytes[6] = (bytes[6] & 0x0f) | 0x50
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/**
 * Headers as they go to Kafka, without those that have no value. Their names are bytes, too: such a map holds a name as
 * often as it came, as Kafka does.
 */
export const buffers = headers =>
  new Map(
    Object.entries(headers)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [Buffer.from(name), Buffer.from(String(value))]),
  )

const quoted = text => text.slice(0, LONGEST_QUOTE).replace(UNPRINTABLE, '?')
