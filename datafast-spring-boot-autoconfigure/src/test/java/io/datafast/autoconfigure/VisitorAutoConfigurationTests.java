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

import java.util.List;
import java.util.stream.Stream;

import io.datafast.VisitorIdResolver;
import io.datafast.web.reactive.VisitorWebFilter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.AbstractApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The beans and properties of the visitor.
 */
class VisitorAutoConfigurationTests {

	private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations.of(DataFastAutoConfiguration.class,
			DataFastServletAutoConfiguration.class, DataFastWebFluxAutoConfiguration.class,
			DataFastReactorAutoConfiguration.class);

	private final WebApplicationContextRunner servletRunner = new WebApplicationContextRunner()
		.withConfiguration(CONFIGURATIONS);

	private final ReactiveWebApplicationContextRunner reactiveRunner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(CONFIGURATIONS);

	static Stream<AbstractApplicationContextRunner<?, ?, ?>> runners() {
		return Stream.of(new WebApplicationContextRunner().withConfiguration(CONFIGURATIONS),
				new ReactiveWebApplicationContextRunner().withConfiguration(CONFIGURATIONS));
	}

	@ParameterizedTest
	@MethodSource("runners")
	void namesOfBeansBeginWithDataFast(AbstractApplicationContextRunner<?, ?, ?> runner) {
		runner.run((context) -> assertThat(visitorBeans((ConfigurableApplicationContext) context))
			.contains("dataFastVisitorCookie", "dataFastVisitorIdResolver", "dataFastHandlerResponse")
			.allMatch((name) -> name.startsWith("dataFast")));
	}

	/**
	 * An application that is processed ahead of time has the beans of its build.
	 */
	@ParameterizedTest
	@MethodSource("runners")
	void thereAreTheSameBeansHoweverItIsConfigured(AbstractApplicationContextRunner<?, ?, ?> runner) {
		runner.withPropertyValues("datafast.enabled=false")
			.run((off) -> runner
				.withPropertyValues("datafast.api-key=df_key", "datafast.visitor.issue-cookie=true",
						"datafast.visitor.renew-cookie=true")
				.run((on) -> assertThat(visitorBeans((ConfigurableApplicationContext) off))
					.isEqualTo(visitorBeans((ConfigurableApplicationContext) on))));
	}

	private static List<String> visitorBeans(ConfigurableApplicationContext context) {
		return Stream.of(context.getBeanDefinitionNames()).filter((name) -> {
			BeanDefinition definition = context.getBeanFactory().getBeanDefinition(name);
			String factory = String.valueOf(definition.getFactoryBeanName());
			return factory.contains("DataFastServletAuto") || factory.contains("DataFastWebFluxAuto");
		}).toList();
	}

	@Test
	void theServletFilterIsRegisteredWhereItWrites() {
		assertThat(isRegistered()).isFalse();
		assertThat(isRegistered("datafast.visitor.issue-cookie=true")).isTrue();
		assertThat(isRegistered("datafast.visitor.renew-cookie=true")).isTrue();
		assertThat(isRegistered("datafast.visitor.issue-cookie=true", "datafast.enabled=false")).isFalse();
	}

	private boolean isRegistered(String... properties) {
		boolean[] registered = new boolean[1];
		this.servletRunner.withPropertyValues(properties)
			.run((context) -> registered[0] = context
				.getBean("dataFastVisitorCookieFilter", FilterRegistrationBean.class)
				.isEnabled());
		return registered[0];
	}

	@Test
	void theWebFilterLeavesTheExchangeAloneWhereItIsSwitchedOff() {
		this.reactiveRunner.withPropertyValues("datafast.enabled=false", "datafast.visitor.issue-cookie=true")
			.run((context) -> {
				MockServerWebExchange exchange = MockServerWebExchange
					.from(MockServerHttpRequest.get("/").header("Accept", "text/html"));
				context.getBean(VisitorWebFilter.class).filter(exchange, (passed) -> {
					assertThat(passed).isSameAs(exchange);
					return passed.getResponse().setComplete();
				}).contextWrite((subscriber) -> {
					assertThat(subscriber.isEmpty()).isTrue();
					return subscriber;
				}).block();
				assertThat(exchange.getResponse().getCookies()).isEmpty();
				assertThat(exchange.getAttributes())
					.noneSatisfy((name, value) -> assertThat(name).contains("datafast"));
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "X Visitor", "X-Visitor:", "Bes\u00fccher", "a,b" })
	void aHeaderNameThatIsNoneFailsStartUp(String name) {
		this.servletRunner.withPropertyValues("datafast.visitor.header-name=" + name)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("datafast.visitor.header-name"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "*.example.com", "https://example.com", "example.com:8080", "example.com.", "exa mple.com",
			"a;b" })
	void aCookieDomainThatIsNoneFailsStartUp(String domain) {
		this.servletRunner.withPropertyValues("datafast.visitor.cookie-domain=" + domain)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("datafast.visitor.cookie-domain"));
	}

	@Test
	void emptyPropertiesAreUnsetAndADotBeforeTheDomainMeansNothing() {
		this.servletRunner
			.withPropertyValues("datafast.visitor.header-name= ", "datafast.visitor.cookie-domain=.Example.com")
			.run((context) -> {
				DataFastProperties.Visitor visitor = context.getBean(DataFastProperties.class).visitor();
				assertThat(visitor.headerName()).isNull();
				assertThat(visitor.cookieDomain()).isEqualTo("example.com");
			});
		this.servletRunner.withPropertyValues("datafast.visitor.cookie-domain=")
			.run((context) -> assertThat(context.getBean(DataFastProperties.class).visitor().cookieDomain()).isNull());
	}

	@Test
	void beansOfTheApplicationWithLikelyNamesStay() {
		this.servletRunner.withBean("visitorIdResolver", String.class, () -> "application's")
			.withBean("visitorCookie", String.class, () -> "application's")
			.withBean("visitorCookieFilter", String.class, () -> "application's")
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(VisitorIdResolver.class)
				.getBean("visitorCookie")
				.isEqualTo("application's"));
	}

}
