package dev.berth.container;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Map;

/**
 * What is written down of a volume that has labels or a name which looks like a random one, beside the volumes: what containers see is
 * the directory alone.
 *
 * @param version of this record
 * @param named somebody has given it its name
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record VolumeRecord(int version, Map<String, String> labels, boolean named) {
    static final int VERSION = 1;

    VolumeRecord {
        labels = Checks.map("labels", labels, false);
    }
}
