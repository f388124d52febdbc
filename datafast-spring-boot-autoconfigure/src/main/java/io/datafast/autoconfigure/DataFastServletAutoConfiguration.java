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

import io.datafast.VisitorIdResolver;
import io.datafast.support.TrackingContext.HandlerResponse;
import io.datafast.web.VisitorCookie;
import io.datafast.web.servlet.RequestIdentityListener;
import io.datafast.web.servlet.ServletHandlerResponse;
import io.datafast.web.servlet.ServletVisitorIdResolver;
import io.datafast.web.servlet.VisitorCookieFilter;
import io.datafast.web.servlet.VisitorIdMethodArgumentResolver;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Servlet;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletListenerRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Auto-configuration for visitor ids in Servlet applications.
 */
@AutoConfiguration(before = DataFastAutoConfiguration.class)
@ConditionalOnClass(Servlet.class)
@ConditionalOnWebApplication(type = Type.SERVLET)
@EnableConfigurationProperties(DataFastProperties.class)
public final class DataFastServletAutoConfiguration {

	/**
	 * After the filter for forwarded headers, which knows whether the request came over
	 * https, and before those that handle requests, such as Spring Security's.
	 */
	private static final int FILTER_ORDER = Ordered.HIGHEST_PRECEDENCE + 100;

	@Bean
	@ConditionalOnMissingBean
	VisitorCookie dataFastVisitorCookie(DataFastProperties properties) {
		return VisitorCookieFactory.create(properties);
	}

	@Bean
	@ConditionalOnMissingBean
	VisitorIdResolver dataFastVisitorIdResolver(VisitorCookie cookie) {
		return new ServletVisitorIdResolver(cookie);
	}

	@Bean
	HandlerResponse dataFastHandlerResponse() {
		return new ServletHandlerResponse();
	}

	/**
	 * Enabled at run time rather than by a condition, so that an application that was
	 * processed ahead of time can still be configured.
	 */
	@Bean
	@ConditionalOnMissingBean(name = "dataFastVisitorCookieFilter")
	FilterRegistrationBean<VisitorCookieFilter> dataFastVisitorCookieFilter(VisitorCookie cookie) {
		FilterRegistrationBean<VisitorCookieFilter> registration = new FilterRegistrationBean<>(
				new VisitorCookieFilter(cookie));
		registration.setOrder(FILTER_ORDER);
		registration.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.FORWARD, DispatcherType.ASYNC,
				DispatcherType.ERROR);
		registration.setEnabled(cookie.isWritten());
		return registration;
	}

	/**
	 * Enabled at run time, as the filter is.
	 */
	@Bean
	ServletListenerRegistrationBean<RequestIdentityListener> dataFastRequestIdentityListener(
			DataFastProperties properties) {
		ServletListenerRegistrationBean<RequestIdentityListener> registration = new ServletListenerRegistrationBean<>(
				new RequestIdentityListener());
		registration.setEnabled(properties.isEnabled());
		return registration;
	}

	/**
	 * Itself the configurer, since each bean adds to the time of start-up.
	 */
	@Configuration(value = "dataFastVisitorIdWebMvcConfigurer", proxyBeanMethods = false)
	@ConditionalOnClass(WebMvcConfigurer.class)
	static class WebMvc implements WebMvcConfigurer {

		private final VisitorIdResolver visitorIdResolver;

		WebMvc(VisitorIdResolver visitorIdResolver) {
			this.visitorIdResolver = visitorIdResolver;
		}

		@Override
		public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
			resolvers.add(new VisitorIdMethodArgumentResolver(this.visitorIdResolver));
		}

	}

}
