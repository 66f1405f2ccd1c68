package dev.millipede.bus;

/** Marks what may cross threads: an immutable record that is passed by reference to a consumer in this JVM. */
public sealed interface BusRecord permits RouterRecord, InstanceRecord, NodeRecord {}
