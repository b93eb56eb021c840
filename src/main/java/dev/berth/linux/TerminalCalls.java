package dev.berth.linux;

/** Terminals. */
public interface TerminalCalls {
    /** As <a href="https://man7.org/linux/man-pages/man3/isatty.3.html">isatty(3)</a>. */
    boolean isatty(int fd);

    /** As <a href="https://man7.org/linux/man-pages/man3/termios.3.html">tcgetattr(3)</a>. */
    Termios tcgetattr(int fd);

    /** Changes the terminal once its output is written (TCSADRAIN). */
    void tcsetattr(int fd, Termios termios);

    /** As <a href="https://man7.org/linux/man-pages/man2/TIOCGWINSZ.2const.html">TIOCGWINSZ(2const)</a>. */
    TerminalSize windowSize(int fd);

    void setWindowSize(int fd, TerminalSize size);
}
