package dev.millipede.auth;

/** Whether an identity may do what it asks for; denied is answered with error 103. */
public enum Decision {
    ALLOWED,
    DENIED
}
