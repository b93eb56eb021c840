package dev.berth.rest;

import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/** What holds for every call, added to the document while it is built. Never loaded by the service, which has no such library. */
public final class ApiDocumentFilter implements OASFilter {
    private static final String PROBLEM = "Problem";
    private static final String TOKEN = "token";

    @Override
    public void filterOpenAPI(OpenAPI document) {
        document.getComponents()
                .addSchema(PROBLEM, problem())
                .addResponse(PROBLEM, refusal())
                .addSecurityScheme(
                        TOKEN,
                        OASFactory.createSecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme("bearer")
                                .description("What the command berth token prints"));
        document.addSecurityRequirement(OASFactory.createSecurityRequirement().addScheme(TOKEN));
        document.getPaths()
                .getPathItems()
                .values()
                .forEach(path -> path.getOperations().values().forEach(ApiDocumentFilter::mayRefuse));
    }

    private static void mayRefuse(Operation operation) {
        operation.getResponses().defaultValue(OASFactory.createAPIResponse().ref(PROBLEM));
    }

    private static APIResponse refusal() {
        return OASFactory.createAPIResponse()
                .description("Refused or failed, and why")
                .content(OASFactory.createContent()
                        .addMediaType(
                                "application/problem+json",
                                OASFactory.createMediaType()
                                        .schema(OASFactory.createSchema().ref(PROBLEM))));
    }

    /** {@link Problem}, which no resource names as its answer. */
    private static Schema problem() {
        return OASFactory.createSchema()
                .addType(Schema.SchemaType.OBJECT)
                .addProperty("type", text().description("Stable"))
                .addProperty("title", text())
                .addProperty("status", number())
                .addProperty("detail", text().description("One sentence: operation, object, reason, remedy"))
                .addProperty("field", text().description("Of the request, where one is to blame"))
                .addProperty("exitCode", number().description("What berth run exits with when a start failed"));
    }

    private static Schema text() {
        return OASFactory.createSchema().addType(Schema.SchemaType.STRING);
    }

    private static Schema number() {
        return OASFactory.createSchema().addType(Schema.SchemaType.INTEGER);
    }
}
