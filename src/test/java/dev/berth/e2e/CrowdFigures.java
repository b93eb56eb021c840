package dev.berth.e2e;

/** How long each call of a crowd of clients took. */
record CrowdFigures(Figures create, Figures start, Figures exec, Figures remove, Figures list) {
    CrowdFigures() {
        this(new Figures(), new Figures(), new Figures(), new Figures(), new Figures());
    }
}
