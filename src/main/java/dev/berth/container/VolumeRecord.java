package dev.berth.container;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Map;

/**
 * What is written down of a volume that has labels, beside the volumes: what containers see is the directory alone.
 *
 * @param version of this record
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record VolumeRecord(int version, Map<String, String> labels) {
    static final int VERSION = 1;

    VolumeRecord {
        labels = Checks.map("labels", labels, false);
    }
}
