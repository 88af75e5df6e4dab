package dev.millrace.stack.model;

/** One message of a conversation. */
record Turn(String role, String content) {}
