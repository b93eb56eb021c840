package dev.berth.network;

import java.util.List;

/** What makes forwards of one container. */
interface ForwardApi {
    /** @throws NetworkException.CannotForward when it does not want to, mostly without a reason */
    void add(Forward forward);

    List<Forward> list();

    /** @return false when there was none */
    boolean remove(Forward forward);
}
