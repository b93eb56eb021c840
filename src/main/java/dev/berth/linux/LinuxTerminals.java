package dev.berth.linux;

import static dev.berth.linux.Kernel.check;
import static dev.berth.linux.Kernel.retry;

interface LinuxTerminals extends TerminalCalls {
    int TCSADRAIN = 1;
    long TIOCGWINSZ = 0x5413;
    long TIOCSWINSZ = 0x5414;

    @Override
    default boolean isatty(int fd) {
        return LibC.isatty(fd) == 1;
    }

    @Override
    default Termios tcgetattr(int fd) {
        byte[] struct = new byte[Termios.SIZE];
        check("tcgetattr", fd, LibC.tcgetattr(fd, struct));
        return new Termios(struct);
    }

    @Override
    default void tcsetattr(int fd, Termios termios) {
        byte[] struct = termios.struct();
        retry("tcsetattr", fd, () -> LibC.tcsetattr(fd, TCSADRAIN, struct));
    }

    @Override
    default TerminalSize windowSize(int fd) {
        short[] size = new short[4];
        check("ioctl TIOCGWINSZ", fd, LibC.ioctl(fd, TIOCGWINSZ, size));
        int rows = size[0] & 0xffff;
        int columns = size[1] & 0xffff;
        // A terminal nobody has measured (a serial line, a fresh pty) says 0.
        return rows == 0 || columns == 0 ? TerminalSize.DEFAULT : new TerminalSize(columns, rows);
    }

    @Override
    default void setWindowSize(int fd, TerminalSize size) {
        short[] winsize = {(short) size.rows(), (short) size.columns(), 0, 0};
        check("ioctl TIOCSWINSZ", fd, LibC.ioctl(fd, TIOCSWINSZ, winsize));
    }
}
