package dev.berth.oci;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Names a layer together with all layers below it (OCI image specification, config.md, "Layer ChainID"). */
public record ChainId(Digest digest) {

    public static ChainId parse(String text) {
        return new ChainId(Digest.parse(text));
    }

    /** @param layers from the lowest up; at least one */
    public static ChainId of(List<DiffId> layers) {
        ChainId chain = new ChainId(layers.get(0).digest());
        for (DiffId layer : layers.subList(1, layers.size())) {
            chain = chain.then(layer);
        }
        return chain;
    }

    /** The chain that each of these layers ends. @param layers from the lowest up */
    public static List<ChainId> each(List<DiffId> layers) {
        List<ChainId> chains = new ArrayList<>();
        for (DiffId layer : layers) {
            chains.add(
                    chains.isEmpty()
                            ? new ChainId(layer.digest())
                            : chains.get(chains.size() - 1).then(layer));
        }
        return chains;
    }

    /** This chain with one more layer on top. */
    public ChainId then(DiffId layer) {
        return new ChainId(Digest.of((digest + " " + layer).getBytes(StandardCharsets.US_ASCII)));
    }

    @Override
    public String toString() {
        return digest.toString();
    }
}
