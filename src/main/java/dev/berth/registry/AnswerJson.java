package dev.berth.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;

/**
 * The JSON of answers that are no documents: tags, tokens, errors. Bounded in size, depth and parts, since a part takes
 * many times the memory of the three bytes that it may be sent as.
 */
final class AnswerJson {

    private static final int DEPTH = 32;
    /** Names, values and brackets: a list of more tags than this is too long to be shown. */
    private static final int TOKENS = 20_000;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH)
                            .maxTokenCount(TOKENS)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private AnswerJson() {}

    /** @return a node that has nothing when the body is too large, too deep, or no JSON */
    static JsonNode read(Exchange answer, String host) throws TransportException {
        try {
            return parse(answer.readAll(host, Limits.ANSWER_BYTES));
        } catch (RegistryException.BadAnswer tooLong) {
            return MissingNode.getInstance();
        }
    }

    static JsonNode parse(byte[] body) {
        try {
            JsonNode node = MAPPER.readTree(body);
            return node == null ? MissingNode.getInstance() : node;
        } catch (IOException unreadable) {
            return MissingNode.getInstance();
        }
    }
}
