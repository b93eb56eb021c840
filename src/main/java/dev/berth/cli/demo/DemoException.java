package dev.berth.cli.demo;

/** The demo cannot be shown; the message is the sentence for the user. */
final class DemoException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DemoException(String message) {
        super(message);
    }
}
