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

package io.datafast.sample.demo;

import java.io.IOException;
import java.net.ConnectException;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.datafast.DataFastRestClientCustomizer;
import io.datafast.Goal;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.http.client.ClientHttpResponse;

/**
 * Tells the {@link Journal} of the shop's form posts and of the calls to DataFast.
 */
@Configuration(proxyBeanMethods = false)
class JournalConfiguration {

	private static final Map<String, String> FORMS = Map.of("/newsletter", "Newsletter", "/checkout", "Checkout",
			"/webhooks/payments", "Payment webhook");

	@Bean
	FilterRegistrationBean<Filter> journalFilter(Journal journal, ObjectProvider<InProcessDataFast> dataFast) {
		FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) -> {
			String form = ((HttpServletRequest) request).getServletPath();
			InProcessDataFast inProcess = dataFast.getIfAvailable();
			journal.begin(FORMS.getOrDefault(form, form), (inProcess != null) ? inProcess.getBehaviour() : null);
			try {
				chain.doFilter(request, response);
			}
			finally {
				journal.end(((HttpServletResponse) response).getStatus());
			}
		});
		registration.setUrlPatterns(FORMS.keySet());
		registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
		return registration;
	}

	@Bean
	DataFastRestClientCustomizer journalCustomizer(Journal journal, JsonMapper jsonMapper) {
		return (builder) -> builder.requestInterceptor((request, body, execution) -> {
			Goal goal = jsonMapper.readValue(body, GoalBody.class).toGoal();
			journal.sending(goal);
			try {
				ClientHttpResponse response = execution.execute(request, body);
				if (response.getStatusCode().isError()) {
					journal.failed("answered " + response.getStatusCode().value());
				}
				return response;
			}
			catch (IOException ex) {
				journal.failed((ex instanceof ConnectException || ex.getCause() instanceof ConnectException)
						? "connection refused" : "no answer");
				throw ex;
			}
		});
	}

	record GoalBody(@JsonProperty("datafast_visitor_id") String visitorId, String name,
			@Nullable Map<String, String> metadata) {

		Goal toGoal() {
			Goal goal = Goal.of(this.name).forVisitor(this.visitorId);
			return (this.metadata != null) ? goal.with(this.metadata) : goal;
		}

	}

}
