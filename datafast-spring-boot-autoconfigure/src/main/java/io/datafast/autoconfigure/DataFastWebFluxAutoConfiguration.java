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

import io.datafast.ReactiveVisitorIdResolver;
import io.datafast.VisitorIdResolver;
import io.datafast.interceptor.TrackGoalBeanPostProcessor;
import io.datafast.web.VisitorCookie;
import io.datafast.web.reactive.ExchangeResponses;
import io.datafast.web.reactive.ExchangeVisitorIdResolver;
import io.datafast.web.reactive.VisitorIdMethodArgumentResolver;
import io.datafast.web.reactive.VisitorWebFilter;
import io.micrometer.context.ContextRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.filter.reactive.ServerWebExchangeContextFilter;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.springframework.web.reactive.result.method.annotation.ArgumentResolverConfigurer;

/**
 * Auto-configuration for visitor ids in WebFlux applications.
 */
@AutoConfiguration(before = DataFastAutoConfiguration.class)
@ConditionalOnClass(WebFluxConfigurer.class)
@ConditionalOnWebApplication(type = Type.REACTIVE)
@EnableConfigurationProperties(DataFastProperties.class)
public final class DataFastWebFluxAutoConfiguration {

	/**
	 * Before the filters that handle requests, such as Spring Security's.
	 */
	private static final int FILTER_ORDER = Ordered.HIGHEST_PRECEDENCE + 100;

	@Bean
	@ConditionalOnMissingBean
	VisitorCookie dataFastVisitorCookie(DataFastProperties properties) {
		return VisitorCookieFactory.create(properties);
	}

	/**
	 * Backs off from a resolver of either kind: where the application finds visitors in
	 * its own way, the cookie must not count.
	 */
	@Bean
	@ConditionalOnMissingBean({ VisitorIdResolver.class, ReactiveVisitorIdResolver.class })
	ExchangeVisitorIdResolver dataFastVisitorIdResolver(VisitorCookie cookie) {
		return new ExchangeVisitorIdResolver(cookie);
	}

	@Bean
	ExchangeResponses dataFastHandlerResponse() {
		return new ExchangeResponses();
	}

	/**
	 * Configured at run time rather than by a condition, so that an application that was
	 * processed ahead of time can still be configured.
	 */
	@Bean
	@ConditionalOnMissingBean
	@Order(FILTER_ORDER)
	VisitorWebFilter dataFastVisitorWebFilter(VisitorCookie cookie, DataFastProperties properties) {
		return new VisitorWebFilter(properties.isEnabled() ? cookie : null);
	}

	@Bean
	WebFluxConfigurer dataFastVisitorIdWebFluxConfigurer(ObjectProvider<ReactiveVisitorIdResolver> reactiveResolver,
			ObjectProvider<VisitorIdResolver> resolver) {
		ReactiveVisitorIdResolver ofThread = (context) -> resolver.getIfAvailable(() -> () -> null).resolveVisitorId();
		return new WebFluxConfigurer() {

			@Override
			public void configureArgumentResolvers(ArgumentResolverConfigurer configurer) {
				configurer.addCustomResolver(
						new VisitorIdMethodArgumentResolver(reactiveResolver.getIfAvailable(() -> ofThread)));
			}

		};
	}

	@Bean
	SmartInitializingSingleton dataFastTrackedHandlerCheck(ObjectProvider<TrackGoalBeanPostProcessor> postProcessor,
			ObjectProvider<VisitorIdResolver> resolver, DataFastProperties properties) {
		return new TrackedHandlerCheck(postProcessor, resolver, properties);
	}

	/**
	 * Binds the exchange to the thread in every operator, where the application
	 * propagates Reactor's context to threads. Imperative code then finds the visitor, as
	 * it finds the trace.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ContextRegistry.class)
	static final class ContextPropagation {

		@Bean
		SmartInitializingSingleton dataFastExchangePropagation(DataFastProperties properties) {
			return () -> {
				if (!properties.isEnabled()) {
					return;
				}
				ContextRegistry registry = ContextRegistry.getInstance();
				String key = ServerWebExchangeContextFilter.EXCHANGE_CONTEXT_ATTRIBUTE;
				if (registry.getThreadLocalAccessors().stream().noneMatch((accessor) -> key.equals(accessor.key()))) {
					registry.registerThreadLocalAccessor(key, ExchangeVisitorIdResolver.currentExchange());
				}
			};
		}

	}

}
