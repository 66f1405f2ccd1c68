package dev.millipede.cluster;

/** What came of opening a record that came over the bus: what it says, or why it counts for nothing. */
sealed interface Opened permits ControlRecord, Rejection {}
