/**
 * What an event on the wire is: families of event types, their versions and schemas, the metadata of an event, and the
 * codec to and from CloudEvents records in Kafka's binary mode. Knows no Spring and no service.
 */
@NullMarked
package dev.mops.events;

import org.jspecify.annotations.NullMarked;
