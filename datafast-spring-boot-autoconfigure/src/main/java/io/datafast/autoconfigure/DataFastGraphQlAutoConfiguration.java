/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast.autoconfigure;

import java.util.Map;

import graphql.schema.DataFetchingEnvironment;
import io.datafast.ReactiveVisitorIdResolver;
import io.datafast.VisitorIdResolver;
import io.datafast.annotation.VisitorId;
import io.datafast.web.VisitorIdArgument;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.MethodParameter;
import org.springframework.graphql.data.method.HandlerMethodArgumentResolver;
import org.springframework.graphql.server.WebGraphQlInterceptor;
import org.springframework.graphql.server.WebGraphQlRequest;
import org.springframework.graphql.server.WebGraphQlResponse;

/**
 * Auto-configuration for {@link VisitorId @VisitorId} parameters of GraphQL controllers.
 */
@AutoConfiguration
@ConditionalOnClass({ WebGraphQlInterceptor.class, DataFetchingEnvironment.class, Mono.class })
public final class DataFastGraphQlAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	GraphQlVisitor dataFastGraphQlVisitor(ObjectProvider<VisitorIdResolver> visitorIdResolver,
			ObjectProvider<ReactiveVisitorIdResolver> reactiveVisitorIdResolver) {
		ReactiveVisitorIdResolver ofThread = (context) -> visitorIdResolver.getIfAvailable(() -> () -> null)
			.resolveVisitorId();
		return new GraphQlVisitor(reactiveVisitorIdResolver.getIfAvailable(() -> ofThread));
	}

	/**
	 * Puts the visitor id of a request into the GraphQL context, since controller methods
	 * may run on threads without access to the request.
	 */
	static final class GraphQlVisitor implements WebGraphQlInterceptor, HandlerMethodArgumentResolver {

		private static final String KEY = GraphQlVisitor.class.getName() + ".visitorId";

		private final VisitorIdArgument argument = new VisitorIdArgument();

		private final ReactiveVisitorIdResolver visitorIdResolver;

		GraphQlVisitor(ReactiveVisitorIdResolver visitorIdResolver) {
			this.visitorIdResolver = visitorIdResolver;
		}

		@Override
		public Mono<WebGraphQlResponse> intercept(WebGraphQlRequest request, Chain chain) {
			return Mono.deferContextual((context) -> {
				String visitorId = this.argument.find(() -> this.visitorIdResolver.resolveVisitorId(context));
				if (visitorId != null) {
					request.configureExecutionInput(
							(input, builder) -> builder.graphQLContext(Map.of(KEY, visitorId)).build());
				}
				return chain.next(request);
			});
		}

		@Override
		public boolean supportsParameter(MethodParameter parameter) {
			return parameter.hasParameterAnnotation(VisitorId.class);
		}

		@Override
		public @Nullable Object resolveArgument(MethodParameter parameter, DataFetchingEnvironment environment) {
			return this.argument.resolve(parameter, () -> environment.getGraphQlContext().get(KEY));
		}

	}

}
