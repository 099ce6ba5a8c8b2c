package dev.mops.messaging.topic;

/** A topic exists with another partition count than the settings say. */
public final class PartitionCountException extends RuntimeException {

    PartitionCountException(String topic, int actual, int expected) {
        super("The topic " + topic + " has " + actual + " partitions, but mops.messaging.partitions is " + expected
                + ". The partition count of a topic is fixed for life, since another count breaks the order of its keys:"
                + " set mops.messaging.partitions=" + actual + ", or name another Kafka");
    }
}
